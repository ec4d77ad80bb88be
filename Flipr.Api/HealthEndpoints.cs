using System.Reflection;
using Flipr.Api.Database;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Flipr.Api;

/// <summary>Health for monitors. The platform's restart signal is another one, <c>/alive</c>, which an outage of the database leaves alone.</summary>
internal static class HealthEndpoints
{
    /// <summary>A monitor should hear of a silent database before it gives up itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The program's version.</summary>
    public static readonly string Version =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void MapHealth(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/healthz", HealthAsync)
            .WithTags("Health").WithSummary("Whether the backend and its database answer.")
            .Produces<HealthResponse>().Produces<HealthResponse>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<JsonHttpResult<HealthResponse>> HealthAsync(IDatabase database, CancellationToken cancellationToken)
    {
        string? reason = null;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            await database.PingAsync(patience.Token);
        }
        catch (DatabaseUnavailableException exception)
        {
            reason = exception.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            reason = $"{database.Name} does not answer: it did not answer in time.";
        }

        return TypedResults.Json(
            new HealthResponse(reason is null ? "ok" : "degraded", Version, database.Name, reason),
            ApiJsonContext.Default.HealthResponse,
            statusCode: reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
