using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Looks at the requests of other origins' pages when they are routed, before authorization does. A preflight carries no token and so passes
/// without one; what authorization refuses gets the CORS headers without which a page cannot see that it was a 401.
/// </summary>
/// <remarks>
/// Part of routing because that comes first wherever the application puts its middleware, and costs the application's other requests
/// nothing. An endpoint with a CORS policy of the application's own (<c>RequireCors</c>) is left to its middleware.
/// </remarks>
internal sealed class CrossOriginMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    private readonly ConditionalWeakTable<Endpoint, Endpoint> _preflights = [];

    /// <summary>Behind the policies that rule candidates out.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(static endpoint => FindMapping(endpoint) is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        IHeaderDictionary headers = httpContext.Request.Headers;
        if (string.IsNullOrEmpty(headers.Origin))
        {
            return Task.CompletedTask;
        }

        bool isPreflight = HttpMethods.IsOptions(httpContext.Request.Method) && headers.AccessControlRequestMethod.Count > 0;
        for (int i = 0; i < candidates.Count; i++)
        {
            if (!candidates.IsValidCandidate(i) || candidates[i].Endpoint is not { } endpoint || FindMapping(endpoint) is not { } mapping)
            {
                continue;
            }

            if (isPreflight)
            {
                candidates.ReplaceEndpoint(i, _preflights.GetValue(endpoint, ForPreflights), candidates[i].Values);
            }
            else
            {
                CrossOriginCheck.Begin(httpContext, mapping);
                return Task.CompletedTask;
            }
        }

        return Task.CompletedTask;
    }

    private static EngineMapping? FindMapping(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ICorsMetadata>() is null ? endpoint.Metadata.GetMetadata<EngineMapping>() : null;

    private static Endpoint ForPreflights(Endpoint endpoint) =>
        new(endpoint.RequestDelegate, new EndpointMetadataCollection([.. endpoint.Metadata, new AllowAnonymousAttribute()]), endpoint.DisplayName);
}
