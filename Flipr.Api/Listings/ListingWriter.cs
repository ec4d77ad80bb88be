using System.Diagnostics;
using System.Threading.Channels;
using Flipr.Api.Changes;
using Flipr.Api.Database;
using Flipr.Api.Telemetry;

namespace Flipr.Api.Listings;

/// <summary>
/// Stores changes one batch after another: what arrives while a batch is being stored goes together with the next, in the order it came.
/// They are announced from the change log.
/// </summary>
internal sealed class ListingWriter(IListingStore store, ChangeSignal signal, FliprMetrics metrics) : BackgroundService
{
    private const int MaxBatch = 256;

    // Holds at most one change for each request in flight, so what bounds those bounds it.
    private readonly Channel<PendingChange> _queue = Channel.CreateUnbounded<PendingChange>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Stores a change, and completes when it is stored.</summary>
    /// <returns>What became of it.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer; the change may be stored all the same, and can be sent again.</exception>
    public Task<ChangeOutcome> ApplyAsync(ListingChange change)
    {
        Activity? request = FliprActivities.IsTracing ? Activity.Current : null;
        var pending = new PendingChange(request is { Recorded: true } ? change with { TraceParent = request.Id } : change, request);
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
        var requests = new HashSet<string>(StringComparer.Ordinal);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            ids.Clear();
            requests.Clear();
            // A second change to one id waits for the next batch, and so does a request that came twice: a store takes each once.
            while (batch.Count < MaxBatch && _queue.Reader.TryPeek(out PendingChange? next) && ids.Add(next.Change.Id)
                && (next.Change.Request is not { } request || requests.Add(request.Key)))
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
            outcomes = await ApplyAsync(batch);
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

        signal.Set();
        for (int i = 0; i < outcomes.Length; i++)
        {
            batch[i].Stored.SetResult(outcomes[i]);
        }
    }

    private async Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<PendingChange> batch)
    {
        using Activity? activity = FliprActivities.StartStore(batch.Select(pending => pending.Request));
        try
        {
            ChangeOutcome[] outcomes = await store.ApplyAsync([.. batch.Select(pending => pending.Change)], CancellationToken.None);
            metrics.Stored(batch.Count);
            return outcomes;
        }
        catch (Exception exception)
        {
            FliprActivities.Fail(activity, exception);
            throw;
        }
    }

    private sealed record PendingChange(ListingChange Change, Activity? Request)
    {
        public TaskCompletionSource<ChangeOutcome> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
