using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>
/// Which pages of other origins may connect. Enforced on both transports: on polling by CORS headers, on WebSocket, where
/// browsers do not ask, by refusing the handshake. Requests without <c>Origin</c>, and from the server's own origin, always pass.
/// </summary>
/// <remarks>
/// Behind a proxy that ends TLS the server knows its own origin only by forwarded headers: <c>UseForwardedHeaders</c>, or
/// <c>ASPNETCORE_FORWARDEDHEADERS_ENABLED=true</c>.
/// </remarks>
public sealed class SocketIOCorsOptions
{
    /// <summary>Allowed origins: <c>https://app.example.com</c>, <c>https://*.example.com</c> for its subdomains, or <c>*</c>. None by default.</summary>
    public IList<string> Origins { get; } = [];

    /// <summary>Whether cookies and authentication may be sent along (the client's <c>withCredentials</c>). Not together with <c>*</c>.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>Decides on an origin that <see cref="Origins"/> does not name.</summary>
    public Func<string, HttpContext, bool>? IsOriginAllowed { get; set; }
}
