using System.Buffers;
using System.IO.Pipelines;
using System.Threading.RateLimiting;

namespace Flipr.Api.Security;

/// <summary>
/// Reads the bodies of updates: each within a time, and only so many at once, so that somebody who begins many and never ends them holds up
/// nobody. Those without the key have places of their own, and leave a quarter of all to those with it.
/// </summary>
internal sealed class UpdateBodies : IDisposable
{
    private static readonly object LengthItem = new();
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly FliprSettings _settings;
    private readonly ApiKey _key;
    private readonly UpdateRefusals _refusals;
    private readonly TimeProvider _time;
    private readonly ConcurrencyLimiter _all;
    private readonly ConcurrencyLimiter _anonymous;
    private readonly PartitionedRateLimiter<string> _byClient;

    public UpdateBodies(FliprSettings settings, ApiKey key, UpdateRefusals refusals, TimeProvider time)
    {
        _settings = settings;
        _key = key;
        _refusals = refusals;
        _time = time;
        _all = new ConcurrencyLimiter(Places(settings.MaxBodiesInFlight));
        _anonymous = new ConcurrencyLimiter(Places(Math.Max(1, (int)(settings.MaxBodiesInFlight * 3L / 4))));
        // It forgets a client some time after its last body.
        _byClient = PartitionedRateLimiter.Create<string, string>(
            client => RateLimitPartition.GetConcurrencyLimiter(client, _ => Places(settings.MaxAnonymousBodiesInFlight)), StringComparer.Ordinal);

        static ConcurrencyLimiterOptions Places(int count) => new() { PermitLimit = count, QueueLimit = 0 };
    }

    /// <summary>How long the body was that was read without its length being known before; null when it was known, or is not read.</summary>
    public static long? LengthOf(HttpContext context) => context.Items.TryGetValue(LengthItem, out object? length) ? (long)(int)length! : null;

    /// <summary>Reads a whole body; the server ends it with 413 once it is over the limit.</summary>
    /// <exception cref="RefusedException">Too many are being read, or it takes too long.</exception>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async Task<byte[]> ReadAsync(HttpContext context)
    {
        ChangeSender sender = ChangeSender.Of(context, _key, _settings);
        string client = ClientAddress.Of(context);
        using RateLimitLease? ofClient = sender == ChangeSender.Anonymous ? Enter(_byClient.AttemptAcquire(client), client) : null;
        using RateLimitLease? ofAnonymous = sender == ChangeSender.Anonymous ? Enter(_anonymous.AttemptAcquire(), null) : null;
        using RateLimitLease? ofAll = sender == ChangeSender.Unrestricted ? null : Enter(_all.AttemptAcquire(), null);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(_settings.MaxUpdateSeconds), _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, patience.Token);
        try
        {
            byte[] body = await ReadAsync(context.Request.BodyReader, end.Token);
            if (context.Request.ContentLength is null)
            {
                context.Items[LengthItem] = body.Length;
            }

            return body;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            string message = $"The body did not arrive within {_settings.MaxUpdateSeconds} seconds (MAX_UPDATE_SECONDS). Send the update again.";
            _refusals.Add(UpdateLimit.BodyTime, sender == ChangeSender.Anonymous ? client : null, message);
            throw new RefusedException(StatusCodes.Status408RequestTimeout, message, retryAfter: null);
        }
    }

    public void Dispose()
    {
        _all.Dispose();
        _anonymous.Dispose();
        _byClient.Dispose();
    }

    /// <param name="lease">The place, if there was one.</param>
    /// <param name="client">Whose places they are; null for everybody's.</param>
    private RateLimitLease Enter(RateLimitLease lease, string? client)
    {
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        string message = client is null
            ? "Too many updates are arriving at this moment (MAX_BODIES_IN_FLIGHT). Send it again after Retry-After."
            : $"{_settings.MaxAnonymousBodiesInFlight} updates of this address are still arriving (MAX_ANONYMOUS_BODIES_IN_FLIGHT). Send each body whole, and fewer at once. {AnonymousUpdates.Remedy(_key)}";
        _refusals.Add(UpdateLimit.Bodies, client, message);
        throw new RefusedException(client is null ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests, message, RetryAfter);
    }

    private static async Task<byte[]> ReadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await body.ReadAsync(cancellationToken);
            if (read.IsCompleted)
            {
                byte[] bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
