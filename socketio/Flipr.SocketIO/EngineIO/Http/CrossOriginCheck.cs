using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Sees to it that an answer to a page of another origin has its CORS headers, also where the request does not get as far as the endpoint:
/// authorization or a rate limiter may have answered it.
/// </summary>
internal sealed class CrossOriginCheck(HttpContext context, EngineMapping mapping)
{
    /// <summary>Whether the endpoint has checked the origin itself.</summary>
    public bool IsDone { get; set; }

    /// <summary>Starts to watch over a request that was routed to <paramref name="mapping"/>.</summary>
    public static void Begin(HttpContext context, EngineMapping mapping)
    {
        var check = new CrossOriginCheck(context, mapping);
        context.Features.Set(check);
        context.Response.OnStarting(static state => ((CrossOriginCheck)state).OnStartingAsync(), check);
    }

    private async Task OnStartingAsync()
    {
        if (!IsDone && EngineMapping.Of(context) == mapping)
        {
            await mapping.Origins.CheckAsync(context);
        }
    }
}
