using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Gathers entries until a batch is full.</summary>
internal sealed class ChangeBatchBuilder(ChangeQuery query)
{
    private readonly List<Change> _changes = [];
    private long _bytes;

    /// <summary>Where the log stood when it was read.</summary>
    public LogState? State { get; set; }

    /// <summary>Adds an entry.</summary>
    /// <returns>Whether there is room for more.</returns>
    public bool Add(Change change)
    {
        _changes.Add(change);
        _bytes += change.Listing?.Utf8.Length ?? 0;
        return !IsFull;
    }

    /// <exception cref="InvalidOperationException">There was no state.</exception>
    public ChangeBatch Build() => new(State ?? throw new InvalidOperationException("The change log has no state: flipr_log is empty."), _changes, IsComplete: !IsFull);

    private bool IsFull => _changes.Count >= query.Limit || _bytes >= ChangeQuery.MaxBytes;
}
