using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>
/// Every change of the listings, whoever made it, in the order of the commits. Every member throws
/// <see cref="DatabaseUnavailableException"/> while the database does not answer.
/// </summary>
internal interface IChangeLog
{
    /// <summary>Reads entries and the log's state, both of one moment.</summary>
    Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken);

    /// <summary>Reads the log's state alone.</summary>
    Task<LogState> ReadStateAsync(CancellationToken cancellationToken);

    /// <summary>Forgets replaced states and deletes made before a moment. Cursors from before are no longer good.</summary>
    /// <returns>How many entries are forgotten.</returns>
    Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Reads how much the entries behind a position keep, in their order.</summary>
    /// <param name="after">The position.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<LogEntrySize>> ReadSizesAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets replaced states and deletes in a piece of the log, in one transaction. Cursors from before its end are no longer good.</summary>
    /// <param name="after">Behind this position the piece begins: nothing before it is to be forgotten any more.</param>
    /// <param name="upTo">Its last entry.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many entries are forgotten.</returns>
    Task<int> ForgetAsync(long after, long upTo, CancellationToken cancellationToken);
}
