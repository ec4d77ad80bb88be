using Flipr.Api.Database;
using Flipr.Api.Telemetry;
using Flipr.SocketIO;

namespace Flipr.Api.Changes;

/// <summary>
/// Reads the log from where it stood when the database was made ready, and announces each entry in its order, once. Every instance has its own: so
/// each delivers every change to its clients, whichever instance or hand made it.
/// </summary>
internal sealed partial class ChangeFeed(
    IDatabase database, IChangeLog log, SocketIOServer io, ChangeSignal signal, ChangeAnnouncer announcer, IChangeOrigins origins, FliprMetrics metrics, TimeProvider time, ILogger<ChangeFeed> logger) : BackgroundService
{
    private const int BatchSize = 500;

    /// <summary>How often to look when nobody says that there is something: a commit through another process, or a lost notification.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>How long after something was found: it seldom comes alone, and not every commit notifies. Twice as long each time that nothing is found.</summary>
    private static readonly TimeSpan FirstLookInterval = TimeSpan.FromMilliseconds(25);

    /// <summary>What is committed within this time of a look is read together: a look costs the database something, too.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private static readonly Dictionary<long, string> Unknown = [];

    // Held for no longer than it takes to hand one change over to the clients' queues: sending waits for nobody, however slow.
    private readonly Lock _announcing = new();
    private long _lag;
    private Cursor? _announced;

    /// <summary>
    /// Begins something between two announcements, and gives it the cursor up to which everything is announced; null while the database has not
    /// answered since the start. So whoever starts to listen there, and is told the cursor there, hears of every change behind it, of none before it,
    /// and of nothing before it is told.
    /// </summary>
    /// <param name="begin">
    /// Joins rooms and sends, which both have their effect when they are called. A lock and no semaphore: nothing of the same client may happen in between.
    /// </param>
    public Task BetweenAnnouncementsAsync(Func<Cursor?, Task> begin)
    {
        lock (_announcing)
        {
            return begin(_announced ?? Start);
        }
    }

    private Cursor? Start => database.PreparedAt is { } state ? Cursor.EndOf(state) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveLag(() => Volatile.Read(ref _lag));
        Cursor? at = null;
        long? signalled = null;
        TimeSpan patience = LookInterval;
        bool hasFailed = false;
        while (true)
        {
            Cursor? before = at;
            try
            {
                signalled ??= signal.TakeFirst();
                bool isBehind = database.IsPrepared;
                while (isBehind)
                {
                    (at, isBehind) = await DeliverAsync(at ?? Start!.Value, stoppingToken);
                    hasFailed = false;
                }

                if (signalled is { } first && at != before && io.ConnectionCount > 0)
                {
                    metrics.Delayed(time.GetElapsedTime(first));
                }

                signalled = null;
            }
            catch (DatabaseUnavailableException)
            {
                // The outage is logged; what happens during it is in the log when the database is back.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // Whatever it was, the next look may succeed, and without a feed nobody hears of anything.
                if (!hasFailed)
                {
                    LogFailed(logger, exception);
                    hasFailed = true;
                }
            }

            patience = at != before ? FirstLookInterval : patience * 2 < LookInterval ? patience * 2 : LookInterval;
            TimeSpan pause = io.ConnectionCount == 0 ? LookInterval : Pause; // Nobody waits: what is committed meanwhile is passed over in one look.
            await Task.Delay(pause, time, stoppingToken);
            if (patience > pause)
            {
                await signal.WaitAsync(patience - pause, stoppingToken);
            }
        }
    }

    private async Task<(Cursor At, bool IsBehind)> DeliverAsync(Cursor at, CancellationToken cancellationToken)
    {
        if (io.ConnectionCount == 0)
        {
            LogState end = await log.ReadStateAsync(cancellationToken);
            if (end.DatabaseId == at.DatabaseId && end.Head >= at.Position && TryPass(Cursor.EndOf(end)) is { } passed)
            {
                return (passed, false);
            }
        }

        ChangeBatch batch = await log.ReadAsync(new ChangeQuery(at.Position, BatchSize), cancellationToken);
        LogState state = batch.State;
        if (state.DatabaseId != at.DatabaseId || state.Head < at.Position)
        {
            // Clients find out when they catch up: their cursors are of a log that is gone.
            LogReplaced(logger, at.ToString());
            at = Cursor.EndOf(state);
            lock (_announcing)
            {
                _announced = at;
                announcer.Restart();
            }

            return (at, false);
        }

        IReadOnlyDictionary<long, string> made = FliprActivities.IsTracing && batch.Changes is [.., { } last]
            ? await origins.ReadAsync(at.Position, last.Position, cancellationToken)
            : Unknown;
        foreach (Change change in batch.Changes)
        {
            Volatile.Write(ref _lag, state.Head - at.Position);
            at = at with { Position = change.Position };
            await AnnounceAsync(change, at, made.GetValueOrDefault(change.Position));
        }

        Volatile.Write(ref _lag, batch.IsComplete ? 0 : state.Head - at.Position);
        return (at, !batch.IsComplete);
    }

    /// <summary>
    /// Passes over changes that nobody would hear of. A client is told its cursor after it has connected: so either it is counted here, or it
    /// gets the cursor that is set here.
    /// </summary>
    private Cursor? TryPass(Cursor end)
    {
        lock (_announcing)
        {
            if (io.ConnectionCount > 0)
            {
                return null;
            }

            _announced = end;
            return end;
        }
    }

    private async Task AnnounceAsync(Change change, Cursor at, string? traceParent)
    {
        try
        {
            ValueTask announcing;
            lock (_announcing)
            {
                _announced = at;
                announcing = announcer.AnnounceAsync(change, traceParent);
            }

            await announcing;
        }
        catch (Exception exception)
        {
            LogNotAnnounced(logger, exception, change.Id, change.Cursor); // The next change must not suffer.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The change of {Id} (cursor {Cursor}) could not be announced.")]
    private static partial void LogNotAnnounced(ILogger logger, Exception exception, string id, string cursor);

    [LoggerMessage(3, LogLevel.Error, "The change log could not be read. It is tried again several times in a second; this is not logged again before it succeeds.")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The change log is not the one of {Cursor} any more: the database was replaced or restored. Announcing goes on at its end.")]
    private static partial void LogReplaced(ILogger logger, string cursor);
}
