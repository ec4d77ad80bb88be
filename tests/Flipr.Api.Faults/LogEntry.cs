namespace Flipr.Api.Faults;

/// <summary>An entry of the change log.</summary>
/// <param name="Cursor">Its cursor.</param>
/// <param name="Type">new, updated or deleted.</param>
/// <param name="Id">The listing.</param>
/// <param name="N">Which of its versions; null when it is deleted.</param>
internal sealed record LogEntry(string Cursor, string Type, string Id, int? N);
