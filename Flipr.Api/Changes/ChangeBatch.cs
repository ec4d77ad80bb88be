using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Entries of the log, and where the log stood when they were read.</summary>
/// <param name="State">The log's state at that moment.</param>
/// <param name="Changes">The entries, in their order.</param>
/// <param name="IsComplete">Whether there were no more of those asked for.</param>
internal sealed record ChangeBatch(LogState State, IReadOnlyList<Change> Changes, bool IsComplete);
