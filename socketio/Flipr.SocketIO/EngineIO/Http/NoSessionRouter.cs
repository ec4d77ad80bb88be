using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>The router of a server that is alone: nobody else has sessions.</summary>
internal sealed class NoSessionRouter : ISessionRouter
{
    public static NoSessionRouter Instance { get; } = new();

    public ValueTask<bool> TryRouteAsync(HttpContext context, string sid, SessionRequest request) => ValueTask.FromResult(false);
}
