using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>
/// Knows how much the log keeps, and makes it forget what is over a budget. An entry keeps the same until it is forgotten, and nothing is kept before the
/// horizon: so each entry is measured once, in steps of bounded size, and a look at a log in which nothing happened costs nothing.
/// </summary>
internal sealed class ChangeLogLedger(IChangeLog log)
{
    /// <summary>How many entries are looked at or forgotten at once.</summary>
    private const int StepEntries = 2_000;

    /// <summary>How many bytes are forgotten in one transaction: others wait for it, where there is one writer.</summary>
    private const long StepBytes = 8_000_000;

    private static readonly TimeSpan BetweenSteps = TimeSpan.FromMilliseconds(20);

    private string? _databaseId;
    private long _from;
    private long _to;

    /// <summary>What the entries keep that were measured.</summary>
    public long Bytes { get; private set; }

    /// <summary>Measures what has come, and forgets the oldest while the log keeps more than the budget: then down to nine tenths of it, so that it is not done for each change.</summary>
    /// <param name="budget">Bytes.</param>
    /// <param name="before">What is younger stays all the same: somebody may be just reading it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was forgotten; null when that was nothing.</returns>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<ForgottenEntries?> EnforceAsync(long budget, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await MeasureAsync(cancellationToken);
        if (Bytes <= budget)
        {
            return null;
        }

        long kept = budget / 10 * 9;
        (long bytes, int entries, DateTimeOffset reachesTo) = (Bytes, 0, default);
        while (Bytes > kept)
        {
            IReadOnlyList<LogEntrySize> oldest = await log.ReadSizesAsync(_from, StepEntries, cancellationToken);
            (long upTo, long size) = (_from, 0);
            foreach (LogEntrySize entry in oldest.TakeWhile(entry => entry.MadeAt < before && entry.Position <= _to))
            {
                if (Bytes - size <= kept || size >= StepBytes)
                {
                    break;
                }

                (upTo, size, reachesTo) = (entry.Position, size + entry.Bytes, entry.MadeAt);
            }

            if (upTo == _from)
            {
                break;
            }

            entries += await log.ForgetAsync(_from, upTo, cancellationToken);
            _from = upTo;
            Bytes -= size;
            await Task.Delay(BetweenSteps, cancellationToken); // Whoever waits to write comes first.
        }

        return reachesTo == default ? null : new ForgottenEntries(bytes, entries, reachesTo);
    }

    private async Task MeasureAsync(CancellationToken cancellationToken)
    {
        LogState state = await log.ReadStateAsync(cancellationToken);
        if (state.DatabaseId != _databaseId || state.PrunedTo != _from || state.Head < _to)
        {
            // It is another log, or somebody else made it forget.
            (_databaseId, _from, _to, Bytes) = (state.DatabaseId, state.PrunedTo, state.PrunedTo, 0);
        }

        while (_to < state.Head)
        {
            IReadOnlyList<LogEntrySize> sizes = await log.ReadSizesAsync(_to, StepEntries, cancellationToken);
            if (sizes is not [.., { } last])
            {
                return;
            }

            Bytes += sizes.Sum(entry => entry.Bytes);
            _to = last.Position;
        }
    }
}
