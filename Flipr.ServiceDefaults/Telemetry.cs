using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Logs, metrics and traces through OpenTelemetry.</summary>
public static class Telemetry
{
    /// <summary>
    /// Set by Aspire's app host, and by anyone who runs a collector. Nobody collects without it: then nothing listens to the sources and
    /// meters either, and a start does not wait for an exporter that has nowhere to send.
    /// </summary>
    private const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>How long an export may take, in milliseconds; OpenTelemetry's own default is 10,000.</summary>
    private const string TimeoutSetting = "OTEL_EXPORTER_OTLP_TIMEOUT";

    /// <summary>Whether somebody collects telemetry.</summary>
    public static bool IsTelemetryCollected(this IHostApplicationBuilder builder) => !string.IsNullOrWhiteSpace(builder.Configuration[EndpointSetting]);

    /// <summary>Adds it where somebody collects.</summary>
    /// <remarks>The service's name and attributes come from <c>OTEL_SERVICE_NAME</c> and <c>OTEL_RESOURCE_ATTRIBUTES</c>, never from here.</remarks>
    internal static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (!builder.IsTelemetryCollected())
        {
            return;
        }

        // A collector that is away must not hold up the end of the program for long: it waits for each signal's last export.
        if (string.IsNullOrWhiteSpace(builder.Configuration[TimeoutSetting]))
        {
            builder.Configuration[TimeoutSetting] = "3000";
        }

        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.IncludeFormattedMessage = true;
            logs.IncludeScopes = true;
        });
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddMeter("Flipr.*", "Npgsql")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(traces => traces
                .AddSource("Flipr.*", "Npgsql")
                .AddAspNetCoreInstrumentation(requests => requests.Filter = IsWorthATrace)
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }

    /// <summary>Health checks are noise, and a Socket.IO request lasts as long as its connection: it says nothing and would parent everything.</summary>
    private static bool IsWorthATrace(HttpContext request) =>
        !HealthPaths.Contains(request.Request.Path) && !request.Request.Path.StartsWithSegments("/socket.io", StringComparison.Ordinal);
}
