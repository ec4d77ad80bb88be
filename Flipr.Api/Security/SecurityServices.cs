using Flipr.SocketIO;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Flipr.Api.Security;

/// <summary>Wires the security settings into the host.</summary>
internal static class SecurityServices
{
    public static void AddSecurity(this WebApplicationBuilder builder, FliprSettings settings)
    {
        var key = new ApiKey(settings);
        var origins = new OriginPolicy(settings);
        builder.Services.AddSingleton(key).AddSingleton(origins).AddSingleton<ChangeRights>().AddSingleton<ForwardedChain>();
        builder.Services.AddSingleton<UpdateRefusals>().AddSingleton<AnonymousBytes>().AddSingleton<AnonymousUpdates>().AddSingleton<UpdateBodies>().AddSingleton<EventLimits>();
        builder.Services.AddRateLimiter(options => RateLimits.Configure(options, settings, key));
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(origins.IsAllowed)
            .AllowCredentials().AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("Retry-After")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        builder.Services.Configure<ForwardedHeadersOptions>(options => Configure(options, settings));
        builder.Services.Configure<KestrelServerOptions>(options =>
        {
            options.Limits.MaxConcurrentConnections = settings.MaxConnections;
            options.Limits.MaxConcurrentUpgradedConnections = settings.MaxConnections;
        });
        builder.Services.Configure<SocketIOOptions>(options =>
        {
            options.MaxConnections = settings.MaxConnections;
            options.MaxConnectionsPerClient = settings.MaxSocketsPerClient == 0 ? null : settings.MaxSocketsPerClient;
            options.ClientOf = ClientAddress.Of;
        });
    }

    /// <summary>The security middleware, in its order; errors behind it are answered with its headers too.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        ForwardedChain chain = app.Services.GetRequiredService<ForwardedChain>();
        app.Use((context, next) =>
        {
            chain.Check(context.Request); // Before the next one takes the entries that it believes away.
            return next(context);
        });
        app.UseForwardedHeaders();
        app.Use(static (context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff"; // Listings hold anybody's text.
            return next(context);
        });
        // Socket.IO answers for its own path, by the same policy.
        app.UseWhen(static context => !context.Request.Path.StartsWithSegments("/socket.io"), static branch => branch.UseCors());
        app.UseRateLimiter();
    }

    public static RouteHandlerBuilder RequireUpdateRights(this RouteHandlerBuilder endpoint) =>
        endpoint.RequireRateLimiting(ChangeRights.RatePolicy).ProducesErrors()
            .AddEndpointFilter(static (context, next) => Rights(context).FilterUpdateAsync(context, next));

    public static RouteHandlerBuilder RequireDeleteRights(this RouteHandlerBuilder endpoint) =>
        endpoint.RequireRateLimiting(ChangeRights.RatePolicy).ProducesErrors()
            .AddEndpointFilter(static (context, next) => Rights(context).FilterDeleteAsync(context, next));

    private static RouteHandlerBuilder ProducesErrors(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<ErrorResponse>(StatusCodes.Status401Unauthorized).Produces<ErrorResponse>(StatusCodes.Status403Forbidden)
            .Produces<ErrorResponse>(StatusCodes.Status429TooManyRequests).Produces<ErrorResponse>(StatusCodes.Status503ServiceUnavailable);

    private static ChangeRights Rights(EndpointFilterInvocationContext context) => context.HttpContext.RequestServices.GetRequiredService<ChangeRights>();

    private static void Configure(ForwardedHeadersOptions options, FliprSettings settings)
    {
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        if (!settings.TrustAllProxies && settings.TrustedProxies.Count == 0)
        {
            options.ForwardedHeaders = ForwardedHeaders.None;
            return;
        }

        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        // Known networks end the chain by themselves; where everybody is trusted, only the number of proxies tells the client from what it claims.
        options.ForwardLimit = settings.ForwardedHops ?? (settings.TrustAllProxies ? 1 : null);
        if (!settings.TrustAllProxies)
        {
            foreach (System.Net.IPNetwork network in settings.TrustedProxies)
            {
                options.KnownIPNetworks.Add(network);
            }
        }
    }
}
