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
}
