using Flipr.SocketIO;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps a Socket.IO server to a path.</summary>
public static class SocketIOEndpointRouteBuilderExtensions
{
    /// <summary>Maps the server. The endpoint can be given conventions like any other, such as <c>RequireAuthorization()</c>.</summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="path">The path that clients connect to (their option <c>path</c>).</param>
    /// <exception cref="ArgumentNullException">The path is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException"><c>AddSocketIO</c> was not called.</exception>
    public static IEndpointConventionBuilder MapSocketIO(this IEndpointRouteBuilder endpoints, string path = "/socket.io")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        SocketIOServer server = endpoints.ServiceProvider.GetService<SocketIOServer>()
            ?? throw new InvalidOperationException("MapSocketIO needs the services of a Socket.IO server: call builder.Services.AddSocketIO() before builder.Build().");

        server.IsMapped = true;

        // Every method: what is not GET or POST is answered by the protocol's own error, and HTTP/2 connects by CONNECT.
        return endpoints.Map(path.TrimEnd('/'), server.HandleAsync)
            .WithDisplayName(static endpoint => $"Socket.IO {(endpoint as RouteEndpointBuilder)?.RoutePattern.RawText}")
            .WithMetadata(new DisableRequestTimeoutAttribute(), new OutputCacheAttribute { NoStore = true })
            .DisableHttpMetrics();
    }
}
