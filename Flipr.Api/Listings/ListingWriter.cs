using System.Threading.Channels;
using Flipr.Api.Database;

namespace Flipr.Api.Listings;

/// <summary>
/// Stores changes one batch after another: what arrives while a batch is being stored goes together with the next, in the order it came.
/// Each is announced once it is stored, in that order too.
/// </summary>
internal sealed partial class ListingWriter(IListingStore store, ListingAnnouncer announcer, ILogger<ListingWriter> logger) : BackgroundService
{
    private const int MaxBatch = 256;

    // Holds at most one change for each request in flight, so what bounds those bounds it.
    private readonly Channel<PendingChange> _queue = Channel.CreateUnbounded<PendingChange>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Stores a change, and completes when it is stored.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; the change may be stored all the same, and can be sent again.</exception>
    public Task<ChangeOutcome> ApplyAsync(ListingChange change)
    {
        var pending = new PendingChange(change);
        return _queue.Writer.TryWrite(pending)
            ? pending.Stored.Task
            : Task.FromException<ChangeOutcome>(new DatabaseUnavailableException("Flipr is shutting down."));
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    /// <summary>Ends when the queue is completed and empty, so that a shutdown stores what it had taken.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<PendingChange>(MaxBatch);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            ids.Clear();
            // A second change to one id waits for the next batch: a store takes each id once.
            while (batch.Count < MaxBatch && _queue.Reader.TryPeek(out PendingChange? next) && ids.Add(next.Change.Id))
            {
                _queue.Reader.TryRead(out _);
                batch.Add(next);
            }

            await StoreAsync(batch);
        }
    }

    private async Task StoreAsync(IReadOnlyList<PendingChange> batch)
    {
        ChangeOutcome[] outcomes;
        try
        {
            outcomes = await store.ApplyAsync([.. batch.Select(pending => pending.Change)], CancellationToken.None);
        }
        catch (Exception exception) when (batch.Count == 1 || exception is DatabaseUnavailableException)
        {
            foreach (PendingChange pending in batch)
            {
                pending.Stored.SetException(exception);
            }

            return;
        }
        catch (Exception)
        {
            // One change that the database refuses must not fail those that happened to arrive with it.
            foreach (PendingChange pending in batch)
            {
                await StoreAsync([pending]);
            }

            return;
        }

        for (int i = 0; i < outcomes.Length; i++)
        {
            batch[i].Stored.SetResult(outcomes[i]);
        }

        for (int i = 0; i < outcomes.Length; i++)
        {
            await AnnounceAsync(batch[i].Change, outcomes[i]);
        }
    }

    private async Task AnnounceAsync(ListingChange change, ChangeOutcome outcome)
    {
        try
        {
            await announcer.AnnounceAsync(change, outcome);
        }
        catch (Exception exception)
        {
            LogNotAnnounced(logger, exception, change.Id); // It is stored: the next change must not suffer.
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The change of {Id} is stored but could not be announced.")]
    private static partial void LogNotAnnounced(ILogger logger, Exception exception, string id);

    private sealed record PendingChange(ListingChange Change)
    {
        public TaskCompletionSource<ChangeOutcome> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
