namespace Flipr.Api.Listings;

/// <summary>A change that somebody asked for: an upsert, or a delete when it carries no listing.</summary>
/// <param name="Id">The listing's id.</param>
/// <param name="Listing">What to store; null to delete.</param>
internal sealed record ListingChange(string Id, Listing? Listing)
{
    public static ListingChange Upsert(Listing listing) => new(listing.Id, listing);

    public static ListingChange Delete(string id) => new(id, null);
}
