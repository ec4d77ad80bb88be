namespace Flipr.Api.Listings;

/// <summary>One page of listings.</summary>
/// <param name="Listings">The page's listings.</param>
/// <param name="TotalCount">How many listings all pages hold.</param>
/// <param name="Cursor">The end of the change log at the moment that the page shows: what changes later lies behind it.</param>
internal sealed record ListingSelection(IReadOnlyList<ListingJson> Listings, long TotalCount, string Cursor);
