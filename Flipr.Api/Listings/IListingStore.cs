namespace Flipr.Api.Listings;

/// <summary>
/// The listings in a database. Every member throws <see cref="Database.DatabaseUnavailableException"/> while the database does not answer,
/// and works again by itself when it is back.
/// </summary>
internal interface IListingStore
{
    /// <summary>The database's name as <c>/healthz</c> shows it: PostgreSQL or SQLite.</summary>
    string Database { get; }

    /// <summary>Creates the schema, or brings an older one up to date. Safe to repeat, also by several instances at once.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Whether <see cref="PrepareAsync"/> is needed before anything else works.</summary>
    bool IsPrepared { get; }

    /// <summary>Asks the database for a sign of life.</summary>
    Task PingAsync(CancellationToken cancellationToken);

    /// <summary>Stores changes to different ids, all of them or none.</summary>
    /// <param name="changes">The changes; no id twice.</param>
    /// <param name="cancellationToken">Gives up waiting; the changes may be stored all the same.</param>
    /// <returns>What each change did, in the changes' order.</returns>
    Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken);

    /// <summary>One listing, or null when the id is unknown.</summary>
    Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>One page of the listings that the query selects, newest first, and how many it selects in all; both of one moment.</summary>
    Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken);

    /// <summary>How many listings there are of each kind of deal.</summary>
    Task<ListingCounts> CountAsync(CancellationToken cancellationToken);
}
