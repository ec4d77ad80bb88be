using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Decides which pages may connect, alike for both transports. Browsers let any page open a WebSocket to any server and
/// send the user's cookies along; the check of <c>Origin</c> is the only thing that stands against it.
/// </summary>
internal sealed class OriginPolicy(IReadOnlyList<string> origins, bool allowCredentials, Func<string, HttpContext, bool>? isAllowed)
{
    private readonly bool _allowsAny = origins.Contains("*");
    private readonly CorsPolicy _policy = Build(origins);

    /// <summary>Checks the origin, and writes the CORS headers for an allowed one, errors included.</summary>
    public async ValueTask<OriginVerdict> CheckAsync(HttpContext context)
    {
        string? origin = context.Request.Headers.Origin;
        if (string.IsNullOrEmpty(origin))
        {
            return OriginVerdict.Allowed;
        }

        foreach (char character in origin)
        {
            if (character is <= ' ' or >= '\x7f')
            {
                return OriginVerdict.Malformed;
            }
        }

        if (IsSameOrigin(context.Request, origin))
        {
            return OriginVerdict.Allowed;
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<ICorsMetadata>() is { } cors)
        {
            // The application gave the endpoint a CORS policy (RequireCors): that one counts, and its middleware writes the headers.
            return await FindPolicyAsync(context, cors) is { } policy && policy.IsOriginAllowed(origin) ? OriginVerdict.Allowed : OriginVerdict.Refused;
        }

        if (!_allowsAny && !_policy.IsOriginAllowed(origin) && isAllowed?.Invoke(origin, context) != true)
        {
            return OriginVerdict.Refused;
        }

        WriteHeaders(context, origin);
        return OriginVerdict.Allowed;
    }

    /// <summary>Whether the page is this server's own if a proxy in front ends TLS: hosts are equal, https there, http here.</summary>
    public static bool LooksProxied(HttpRequest request) =>
        request.Scheme == Uri.UriSchemeHttp
        && Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out Uri? uri)
        && uri.Scheme == Uri.UriSchemeHttps
        && IsSameHost(request, uri);

    private static async ValueTask<CorsPolicy?> FindPolicyAsync(HttpContext context, ICorsMetadata cors) => cors switch
    {
        ICorsPolicyMetadata metadata => metadata.Policy,
        IEnableCorsAttribute attribute when context.RequestServices.GetService<ICorsPolicyProvider>() is { } policies =>
            await policies.GetPolicyAsync(context, attribute.PolicyName),
        _ => null,
    };

    private void WriteHeaders(HttpContext context, string origin)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = _allowsAny && !allowCredentials ? "*" : origin;
        headers.Append(HeaderNames.Vary, "Origin");
        if (allowCredentials)
        {
            headers.AccessControlAllowCredentials = "true";
        }

        if (HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET,POST";
            headers.AccessControlMaxAge = "600";
            if (context.Request.Headers.AccessControlRequestHeaders is { Count: > 0 } requested)
            {
                headers.AccessControlAllowHeaders = requested;
            }
        }
    }

    private static bool IsSameOrigin(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
        && uri.Scheme.Equals(request.Scheme, StringComparison.OrdinalIgnoreCase)
        && IsSameHost(request, uri);

    // Without the scheme's own port on either side.
    private static bool IsSameHost(HttpRequest request, Uri origin) =>
        Uri.TryCreate($"{origin.Scheme}://{request.Host.Value}", UriKind.Absolute, out Uri? own)
        && own.Authority.Equals(origin.Authority, StringComparison.OrdinalIgnoreCase);

    // As browsers write it: without the scheme's own port.
    private static string Normalize(string origin) =>
        !origin.Contains('*', StringComparison.Ordinal) && Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
            ? uri.GetLeftPart(UriPartial.Authority)
            : origin;

    private static CorsPolicy Build(IReadOnlyList<string> origins) =>
        new CorsPolicyBuilder().WithOrigins([.. origins.Select(Normalize)]).SetIsOriginAllowedToAllowWildcardSubdomains().Build();
}
