using Flipr.Api.Listings;

namespace Flipr.Api.Changes;

/// <summary>One entry of the change log.</summary>
/// <param name="Position">Its place in the log: larger is later.</param>
/// <param name="Cursor">The same as clients know it.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Id">To which listing.</param>
/// <param name="Listing">The listing as this change left it; null when it is deleted.</param>
/// <param name="From">Where the listing was before, if anywhere.</param>
/// <param name="To">Where it is afterwards, if anywhere.</param>
internal sealed record Change(long Position, string Cursor, ChangeKind Kind, string Id, ListingJson? Listing, GeoPoint? From, GeoPoint? To)
{
    /// <summary>Whether the listing is in the box afterwards, or was before.</summary>
    public bool Touches(BoundingBox box) => (From is { } from && box.Contains(from)) || (To is { } to && box.Contains(to));
}
