using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
            TimeSpan wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan after) ? after : TimeSpan.FromSeconds(1);
            rejected.HttpContext.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            return new ValueTask(Errors.WriteAsync(
                rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too many changes from this sender. Wait as long as Retry-After says."));
        };
        options.AddPolicy(ChangeRights.RatePolicy, context => settings.MaxUpdatesPerMinute == 0
            ? RateLimitPartition.GetNoLimiter("")
            : RateLimitPartition.GetTokenBucketLimiter(Sender(context, key), _ => Bucket(settings.MaxUpdatesPerMinute)));
    }

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

    /// <summary>Only the right key has a budget of its own: made-up ones share their address's.</summary>
    private static string Sender(HttpContext context, ApiKey key) =>
        key.Check(context.Request) == PresentedKey.Right ? "key" : Address(context.Connection.RemoteIpAddress);

    private static string Address(IPAddress? address)
    {
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
        {
            return address?.MapToIPv4().ToString() ?? "unknown";
        }

        // One customer usually has a whole /64 of IPv6 addresses.
        byte[] bytes = address.GetAddressBytes();
        return Convert.ToHexString(bytes, 0, 8);
    }
}
