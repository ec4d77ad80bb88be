namespace Flipr.Api.Listings;

/// <summary>The answer of <c>GET /properties</c>.</summary>
internal sealed record ListingPageResponse(IReadOnlyList<ListingJson> Properties, Pagination Pagination, string Cursor);
