namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Whose packets are handled now, where a client posts again before it has the answer to its last POST: one POST's at a time, in the order in
/// which the bodies were complete. Not thread-safe: the session's gate guards it.
/// </summary>
internal struct PostTurns
{
    /// <summary>How many may wait.</summary>
    public const int MaxWaiting = 16;

    private bool _isTaken;
    private Queue<Waiting>? _waiting;
    private long _bytes;

    /// <summary>Takes the turn, or a place in the queue.</summary>
    /// <param name="bytes">How long the body is.</param>
    /// <param name="maxBytes">How many bytes may wait together; a single larger body may.</param>
    /// <param name="turn">When the turn comes, and whether it does; <see langword="null"/> if it has come.</param>
    /// <returns>Whether there was a place.</returns>
    public bool TryTake(int bytes, long maxBytes, out Task<bool>? turn)
    {
        turn = null;
        if (!_isTaken)
        {
            _isTaken = true;
            return true;
        }

        _waiting ??= new Queue<Waiting>();
        if (_waiting.Count >= MaxWaiting || (_waiting.Count > 0 && _bytes + bytes > maxBytes))
        {
            return false;
        }

        var waiting = new Waiting(new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously), bytes);
        _waiting.Enqueue(waiting);
        _bytes += bytes;
        turn = waiting.Turn.Task;
        return true;
    }

    /// <summary>Gives the turn to the next.</summary>
    public void Pass()
    {
        if (_waiting is not null && _waiting.TryDequeue(out Waiting next))
        {
            _bytes -= next.Bytes;
            next.Turn.SetResult(true);
        }
        else
        {
            _isTaken = false;
        }
    }

    /// <summary>The session ends: those who wait wait no longer, and have no turn.</summary>
    public void Cancel()
    {
        _bytes = 0;
        while (_waiting is not null && _waiting.TryDequeue(out Waiting waiting))
        {
            waiting.Turn.SetResult(false);
        }
    }

    private readonly record struct Waiting(TaskCompletionSource<bool> Turn, int Bytes);
}
