namespace Flipr.Api.Changes;

/// <summary>What one entry of the change log keeps for those who come late.</summary>
/// <param name="Position">Its place in the log.</param>
/// <param name="Bytes">The replaced state, with <see cref="Overhead"/>; 0 where it keeps none.</param>
/// <param name="MadeAt">When it was made.</param>
internal readonly record struct LogEntrySize(long Position, long Bytes, DateTimeOffset MadeAt)
{
    /// <summary>What an entry takes besides the state: its row, and its entries in the indexes.</summary>
    public const int Overhead = 150;
}
