namespace Flipr.Api.Changes;

/// <summary>The payload of <c>property_deleted</c>.</summary>
internal sealed record PropertyDeleted(string Id, string Cursor);
