namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// The sessions that ended last, for the requests that come after the end: a poll that its client's close overtook, a POST of a client that
/// has not heard yet. Whom this knows, no other instance need be asked for.
/// </summary>
internal sealed class EndedSessions
{
    // Some 150 bytes each.
    private const int Capacity = 4096;

    private readonly Dictionary<string, Ending> _endings = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Remembers a session; the oldest is forgotten.</summary>
    /// <param name="id">The session's id.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="owesPoll">Whether its client may have a poll on the way, to be answered as if it had come before the close.</param>
    public void Add(string id, string reason, bool owesPoll)
    {
        lock (_order)
        {
            if (!_endings.TryAdd(id, new Ending(reason, owesPoll)))
            {
                return;
            }

            _order.Enqueue(id);
            if (_order.Count > Capacity)
            {
                _endings.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>Why a session ended; <see langword="null"/> if it did not end here, or long ago.</summary>
    public string? FindReason(string id)
    {
        lock (_order)
        {
            return _endings.TryGetValue(id, out Ending ending) ? ending.Reason : null;
        }
    }

    /// <summary>Whether a poll is owed; it is no more afterwards.</summary>
    public bool TakePoll(string id)
    {
        lock (_order)
        {
            if (!_endings.TryGetValue(id, out Ending ending) || !ending.OwesPoll)
            {
                return false;
            }

            _endings[id] = ending with { OwesPoll = false };
            return true;
        }
    }

    private readonly record struct Ending(string Reason, bool OwesPoll);
}
