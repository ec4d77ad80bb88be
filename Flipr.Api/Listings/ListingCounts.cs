namespace Flipr.Api.Listings;

/// <summary>How many listings there are, by intensity: hot above 0.8, good above 0.6, average above 0.4, weak the rest.</summary>
internal sealed record ListingCounts(long Total, long Hot, long Good, long Average, long Weak);
