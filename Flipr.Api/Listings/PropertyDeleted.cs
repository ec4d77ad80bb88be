namespace Flipr.Api.Listings;

/// <summary>The payload of <c>property_deleted</c>.</summary>
internal sealed record PropertyDeleted(string Id);
