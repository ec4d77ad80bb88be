using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>
/// Reads a log although an entry's listing cannot be read: by what a hand has put there, or a mistake here. That one has only its id, until it is
/// changed again; whatever is behind it goes on. Otherwise one listing would keep everybody from hearing of all others.
/// </summary>
internal sealed partial class PatientChangeLog(IChangeLog log, ILogger<PatientChangeLog> logger) : IChangeLog
{
    private const int MaxReported = 1_000;

    private readonly HashSet<long> _reported = [];

    public async Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadAsync(query, cancellationToken);
        }
        catch (Exception exception) when (IsOurs(exception))
        {
            // What fails without the listings too is another failure.
            ChangeBatch ids = await log.ReadAsync(query with { OnlyIds = true }, cancellationToken);
            return await ReadPartAsync(query, ids, exception, cancellationToken);
        }
    }

    public Task<LogState> ReadStateAsync(CancellationToken cancellationToken) => log.ReadStateAsync(cancellationToken);

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => log.PruneAsync(before, cancellationToken);

    public Task<IReadOnlyList<LogEntrySize>> ReadSizesAsync(long after, int limit, CancellationToken cancellationToken) => log.ReadSizesAsync(after, limit, cancellationToken);

    public Task<int> ForgetAsync(long after, long upTo, CancellationToken cancellationToken) => log.ForgetAsync(after, upTo, cancellationToken);

    /// <summary>Reads as much as can be read before the entry that cannot, or that one without its listing.</summary>
    private async Task<ChangeBatch> ReadPartAsync(ChangeQuery query, ChangeBatch ids, Exception failure, CancellationToken cancellationToken)
    {
        for (int count = (ids.Changes.Count + 1) / 2; count > 0; count /= 2)
        {
            try
            {
                ChangeBatch part = await log.ReadAsync(query with { UpTo = ids.Changes[count - 1].Position }, cancellationToken);
                if (part.Changes.Count > 0)
                {
                    return part with { IsComplete = false };
                }
            }
            catch (Exception exception) when (IsOurs(exception))
            {
                failure = exception;
            }
        }

        if (ids.Changes is not [var first, ..])
        {
            return ids; // It is gone meanwhile.
        }

        if (IsFirst(first.Position))
        {
            LogUnreadable(logger, failure, first.Id, first.Cursor);
        }

        return new ChangeBatch(ids.State, [first], IsComplete: false);
    }

    private static bool IsOurs(Exception exception) => exception is not DatabaseUnavailableException and not OperationCanceledException;

    private bool IsFirst(long position)
    {
        lock (_reported)
        {
            return _reported.Count < MaxReported && _reported.Add(position);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Listing {Id} (cursor {Cursor}) cannot be read. It is announced with only its id.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string id, string cursor);
}
