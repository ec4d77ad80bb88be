namespace Flipr.Api.Listings;

/// <summary>The listings in a database. Every member throws <see cref="Database.DatabaseUnavailableException"/> while it does not answer.</summary>
internal interface IListingStore
{
    /// <summary>
    /// Stores changes to different ids, all of them or none, but for those that must not be made (see <see cref="ChangeResult"/>). The database logs each
    /// that is made (see <see cref="Changes.IChangeLog"/>).
    /// </summary>
    /// <param name="changes">The changes; no id twice, and no request's key.</param>
    /// <param name="cancellationToken">Gives up waiting; the changes may be stored all the same.</param>
    /// <returns>What became of each, in their order.</returns>
    Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken);

    /// <summary>One listing, or null when the id is unknown.</summary>
    Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>One page of the listings that the query selects, newest first, how many it selects in all, and the log's end; all of one moment.</summary>
    Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken);

    /// <summary>How many listings there are of each kind of deal.</summary>
    Task<ListingCounts> CountAsync(CancellationToken cancellationToken);
}
