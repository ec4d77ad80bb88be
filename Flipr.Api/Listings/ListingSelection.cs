namespace Flipr.Api.Listings;

/// <summary>One page of listings.</summary>
/// <param name="Listings">The page's listings.</param>
/// <param name="TotalCount">How many listings all pages hold.</param>
internal sealed record ListingSelection(IReadOnlyList<ListingJson> Listings, long TotalCount);
