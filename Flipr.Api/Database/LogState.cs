namespace Flipr.Api.Database;

/// <summary>Where the change log stands. A reference, so that threads hand it over whole.</summary>
/// <param name="DatabaseId">Tells this database's positions from those of any other.</param>
/// <param name="PrunedTo">Up to here the log holds only the last change of each listing that still exists; behind it, every change.</param>
/// <param name="Head">The last position.</param>
internal sealed record LogState(string DatabaseId, long PrunedTo, long Head);
