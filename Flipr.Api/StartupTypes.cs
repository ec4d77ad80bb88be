using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Flipr.Api;

/// <summary>
/// The options that every start reads, registered by their own types. Out of the open registrations (<c>IOptions&lt;&gt;</c>) a native program must put each
/// type together while it starts, by reflection: a good part of the time until it listens. What is resolved is the same.
/// </summary>
internal static class StartupTypes
{
    public static void AddStartupTypes(this IServiceCollection services) => services
        .AddOnce<ConsoleLifetimeOptions>().AddOnce<CorsOptions>().AddOnce<FormOptions>().AddOnce<ForwardedHeadersOptions>()
        .AddOnce<HealthCheckPublisherOptions>().AddOnce<HealthCheckServiceOptions>().AddOnce<HostOptions>().AddOnce<JsonOptions>()
        .AddOnce<KestrelServerOptions>().AddOnce<LoggerFactoryOptions>().AddOnce<RateLimiterOptions>().AddOnce<RouteHandlerOptions>()
        .AddOnce<RouteOptions>().AddOnce<SocketTransportOptions>()
        .AddWatched<ConsoleFormatterOptions>().AddWatched<ConsoleLoggerOptions>().AddWatched<JsonConsoleFormatterOptions>()
        .AddWatched<SimpleConsoleFormatterOptions>().AddWatched<LoggerFilterOptions>().AddWatched<HostFilteringOptions>().AddWatched<MetricsOptions>();

    /// <summary>Options that are read once.</summary>
    private static IServiceCollection AddOnce<T>(this IServiceCollection services)
        where T : class, new() =>
        services
            .AddTransient<IOptionsFactory<T>>(static provider => new OptionsFactory<T>(
                provider.GetServices<IConfigureOptions<T>>(), provider.GetServices<IPostConfigureOptions<T>>(), provider.GetServices<IValidateOptions<T>>()))
            .AddSingleton<IOptions<T>>(static provider => new OptionsManager<T>(provider.GetRequiredService<IOptionsFactory<T>>()));

    /// <summary>Options that may change while the program runs.</summary>
    private static IServiceCollection AddWatched<T>(this IServiceCollection services)
        where T : class, new() =>
        services.AddOnce<T>()
            .AddSingleton<IOptionsMonitorCache<T>>(static _ => new OptionsCache<T>())
            .AddSingleton<IOptionsMonitor<T>>(static provider => new OptionsMonitor<T>(
                provider.GetRequiredService<IOptionsFactory<T>>(),
                provider.GetServices<IOptionsChangeTokenSource<T>>(),
                provider.GetRequiredService<IOptionsMonitorCache<T>>()));
}
