using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;

namespace Flipr.Api.Security;

/// <summary>How many changes one API key, or one address, may make.</summary>
internal static class RateLimits
{
    public static void Configure(RateLimiterOptions options, FliprSettings settings, ApiKey key)
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (rejected, _) =>
        {
            HttpContext context = rejected.HttpContext;
            TimeSpan wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? after : TimeSpan.FromSeconds(1);
            ChangeSender sender = ChangeSender.Of(context, key, settings);
            bool isAnonymous = sender == ChangeSender.Anonymous && IsLimitedAsAnonymous(settings);
            string message = isAnonymous
                ? $"More than {settings.MaxAnonymousUpdatesPerMinute} changes in a minute without the API key (MAX_ANONYMOUS_UPDATES_PER_MINUTE). Wait as long as Retry-After says. {AnonymousUpdates.Remedy(key)}"
                : $"Too many changes from this sender: {settings.MaxUpdatesPerMinute} in a minute are allowed (MAX_UPDATES_PER_MINUTE). Wait as long as Retry-After says.";
            context.RequestServices.GetRequiredService<UpdateRefusals>().Add(
                UpdateLimit.Rate, sender == ChangeSender.Keyed ? "the API key" : ClientAddress.Of(context), message);
            return new ValueTask(Errors.WriteAsync(context, StatusCodes.Status429TooManyRequests, message, wait));
        };
        options.AddPolicy(ChangeRights.RatePolicy, context =>
        {
            ChangeSender sender = ChangeSender.Of(context, key, settings);
            bool isAnonymous = sender == ChangeSender.Anonymous && IsLimitedAsAnonymous(settings);
            int perMinute = isAnonymous ? settings.MaxAnonymousUpdatesPerMinute : settings.MaxUpdatesPerMinute;
            // Only the right key has a budget of its own: made-up ones share their address's. Whose budget is full again is forgotten.
            return perMinute == 0
                ? RateLimitPartition.GetNoLimiter("")
                : RateLimitPartition.GetTokenBucketLimiter(sender == ChangeSender.Keyed ? "key" : ClientAddress.Of(context), _ => Bucket(perMinute));
        });
    }

    private static bool IsLimitedAsAnonymous(FliprSettings settings) =>
        settings.MaxAnonymousUpdatesPerMinute > 0 && (settings.MaxUpdatesPerMinute == 0 || settings.MaxAnonymousUpdatesPerMinute < settings.MaxUpdatesPerMinute);

    /// <summary>A minute's worth may come at once; it is refilled a little every second.</summary>
    private static TokenBucketRateLimiterOptions Bucket(int perMinute)
    {
        // Whole tokens: below one a second the pause grows instead.
        int seconds = Math.Max(1, (int)Math.Ceiling(60.0 / perMinute));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = perMinute,
            TokensPerPeriod = Math.Max(1, perMinute * seconds / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(seconds),
            QueueLimit = 0,
        };
    }
}
