using Flipr.SocketIO;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps a Socket.IO server to a path.</summary>
public static class SocketIOEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps a server. The endpoint can be given conventions like any other, such as <c>RequireAuthorization()</c>. A session belongs to the endpoint that it
    /// was opened over, so a server may be mapped more than once, with different conventions.
    /// </summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="path">The path that clients connect to (their option <c>path</c>).</param>
    /// <param name="name">The name that the server was added by; <see langword="null"/> for the server without one.</param>
    /// <exception cref="ArgumentNullException">The path is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException"><c>AddSocketIO</c> was not called, or not with this name.</exception>
    public static IEndpointConventionBuilder MapSocketIO(this IEndpointRouteBuilder endpoints, string path = "/socket.io", string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(path);
        string argument = name is null ? "" : $"\"{name}\"";
        SocketIOServer server = (name is null ? endpoints.ServiceProvider.GetService<SocketIOServer>() : endpoints.ServiceProvider.GetKeyedService<SocketIOServer>(name))
            ?? throw new InvalidOperationException($"MapSocketIO needs the services of a Socket.IO server: call builder.Services.AddSocketIO({argument}) before builder.Build().");

        server.IsMapped = true;

        // Every method: what is not GET or POST is answered by the protocol's own error, and HTTP/2 connects by CONNECT.
        return endpoints.Map(path.TrimEnd('/'), server.HandleAsync)
            .WithDisplayName(static endpoint => $"Socket.IO {(endpoint as RouteEndpointBuilder)?.RoutePattern.RawText}")
            .WithMetadata(server.Endpoint.CreateMapping(), new DisableRequestTimeoutAttribute(), new OutputCacheAttribute { NoStore = true })
            .DisableHttpMetrics();
    }
}
