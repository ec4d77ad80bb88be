using Microsoft.AspNetCore.Http;

namespace Flipr.ServiceDefaults;

/// <summary>What the map's page may do, as headers: one policy for both hosts that serve it.</summary>
public static class PagePolicy
{
    // The map draws in a worker of its own file. No inline script or style, no data: and no eval: none are needed.
    private const string Rest =
        "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'";

    /// <summary>Sets the headers of one of the page's files.</summary>
    /// <param name="context">The request for it.</param>
    /// <param name="settings">Where the page may connect.</param>
    public static void Apply(HttpContext context, PageSettings settings)
    {
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy(context.Request, settings);
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>Connections go where the page came from, to the backend that its host names, and to the one that its address names where its host allows that.</summary>
    private static string ContentSecurityPolicy(HttpRequest request, PageSettings settings) =>
        $"{Rest}{Sources(PageOrigin.Find($"{request.Scheme}://{request.Host}"))}{Sources(settings.Backend)}{Sources(Named(request, settings))}";

    private static string? Named(HttpRequest request, PageSettings settings) =>
        PageOrigin.Find(request.Query["api"]) is { } origin && settings.Allows(origin) ? origin : null;

    /// <summary>An origin and its WebSockets, as sources of the policy.</summary>
    private static string Sources(string? origin) => origin is null ? "" : $" {origin} ws{origin.AsSpan("http".Length)}";
}
