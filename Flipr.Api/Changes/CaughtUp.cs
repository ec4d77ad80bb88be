namespace Flipr.Api.Changes;

/// <summary>An answer to <c>catch_up</c>.</summary>
/// <param name="Answer">What the client is told.</param>
/// <param name="Knows">With it the client knows everything up to here, in the box that it asked for; null where that cannot be said.</param>
internal sealed record CaughtUp(CatchUpAnswer Answer, Cursor? Knows);
