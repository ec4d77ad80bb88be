using Microsoft.AspNetCore.Http;

namespace Flipr.ServiceDefaults;

/// <summary>What the map's page may do, as headers: one policy for both hosts that serve it.</summary>
public static class PagePolicy
{
    // The map draws in a worker of its own file. No inline script or style, no data: and no eval: none are needed.
    private const string Rest =
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

    /// <summary>Sets the headers of one of the page's files.</summary>
    public static void Apply(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy(context.Request);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>Connections go where the page came from, and to the API that its address names.</summary>
    private static string ContentSecurityPolicy(HttpRequest request) =>
        $"{Rest}{Sources($"{request.Scheme}://{request.Host}")}{Sources(request.Query["api"])}";

    /// <summary>An origin and its WebSockets, as sources of the policy; nothing where the text is no origin.</summary>
    private static string Sources(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
        {
            return "";
        }

        // Put together from its parts: nothing of the text gets into the header that is not a host or a port.
        string authority = uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}";
        authority = uri.HostNameType is UriHostNameType.IPv6 ? uri.Authority : authority;
        return $" {uri.Scheme}://{authority} {(uri.Scheme is "https" ? "wss" : "ws")}://{authority}";
    }
}
