using Flipr.Api.Listings;

namespace Flipr.Api.Changes;

/// <summary>Which entries of the log are wanted.</summary>
/// <param name="After">Only those behind this position.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="ListingsUpTo">
/// Null for the log as it is. Else, for who knows nothing yet: the listings as they were at this position, each as new.
/// </param>
/// <param name="Box">Only those that touch this box.</param>
internal sealed record ChangeQuery(long After, int Limit, long? ListingsUpTo = null, BoundingBox? Box = null)
{
    /// <summary>Bytes of listings after which a batch ends, however many were asked for: what one answer may cost in memory.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Only entries up to this position; null for all.</summary>
    public long? UpTo { get; init; }

    /// <summary>Whether of each listing only the id is read: the way past one that cannot be read.</summary>
    public bool OnlyIds { get; init; }
}
