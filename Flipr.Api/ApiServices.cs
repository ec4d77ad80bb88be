using System.Text.Json;
using Flipr.Api.Telemetry;

namespace Flipr.Api;

/// <summary>What every endpoint has alike: JSON, errors, the description.</summary>
internal static class ApiServices
{
    public static void AddApi(this WebApplicationBuilder builder, FliprSettings settings)
    {
        builder.Services.AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton<FliprMetrics>();
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJsonContext.Default);
        });
        // Platforms kill after 30 s: what a stalled request holds up must be over by then, and the database closed.
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddExceptionHandler<Errors>();
        builder.Services.AddOpenApi(OpenApiDescription.Configure);
        builder.Services.AddHostedService<MemoryTrimming>();
    }

    public static void UseApiErrors(this WebApplication app)
    {
        app.UseExceptionHandler(static _ => { });
        app.UseStatusCodePages(Errors.WriteStatusAsync);
    }
}
