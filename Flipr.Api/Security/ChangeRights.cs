using Flipr.Api.Telemetry;

namespace Flipr.Api.Security;

/// <summary>Who may change listings: the API key, the origin, the rate.</summary>
internal sealed class ChangeRights(FliprSettings settings, ApiKey key, OriginPolicy origins, AnonymousUpdates anonymous, FliprMetrics metrics)
{
    /// <summary>The rate limiter's policy for changes.</summary>
    public const string RatePolicy = "changes";

    /// <summary>Lets an update pass, or answers it.</summary>
    public ValueTask<object?> FilterUpdateAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        PresentedKey presented = key.Check(context.HttpContext.Request);
        if (key.IsSet && presented != PresentedKey.Right)
        {
            if (presented == PresentedKey.Wrong || !settings.AllowAnonymousUpdates)
            {
                return Unauthorized(context, presented);
            }

            metrics.UpdatedAnonymously();
        }

        return ChangeSender.Of(context.HttpContext, key, settings) == ChangeSender.Anonymous
            ? FilterOriginAsync(context, allowed => anonymous.FilterAsync(allowed, next))
            : FilterOriginAsync(context, next);
    }

    /// <summary>Lets a delete pass, or answers it: without a key only outside production, whatever updates may do.</summary>
    public ValueTask<object?> FilterDeleteAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        PresentedKey presented = key.Check(context.HttpContext.Request);
        return presented == PresentedKey.Right || (!key.IsSet && !settings.IsProduction)
            ? FilterOriginAsync(context, next)
            : Unauthorized(context, presented);
    }

    private ValueTask<object?> FilterOriginAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        origins.IsAllowed(context.HttpContext.Request)
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Json(
                new ErrorResponse("Pages of this origin may not change listings. Add it to ALLOWED_ORIGINS."),
                ApiJsonContext.Default.ErrorResponse,
                statusCode: StatusCodes.Status403Forbidden));

    private ValueTask<object?> Unauthorized(EndpointFilterInvocationContext context, PresentedKey presented)
    {
        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        string message = !key.IsSet ? "This needs an API key, and the server has none: set FLIPR_API_KEY there."
            : presented == PresentedKey.None ? "This needs the API key. Send it as Authorization: Bearer, or as X-Api-Key."
            : "The API key is wrong.";
        return ValueTask.FromResult<object?>(TypedResults.Json(
            new ErrorResponse(message), ApiJsonContext.Default.ErrorResponse, statusCode: StatusCodes.Status401Unauthorized));
    }
}
