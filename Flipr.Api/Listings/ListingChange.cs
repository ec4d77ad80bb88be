namespace Flipr.Api.Listings;

/// <summary>A change that somebody asked for: an upsert, or a delete when it carries no listing.</summary>
/// <param name="Id">The listing's id.</param>
/// <param name="Listing">What to store; null to delete.</param>
internal sealed record ListingChange(string Id, Listing? Listing)
{
    /// <summary>The W3C trace context of the request that asked for it, where that is traced.</summary>
    public string? TraceParent { get; init; }

    public static ListingChange Upsert(Listing listing) => new(listing.Id, listing);

    public static ListingChange Delete(string id) => new(id, null);
}
