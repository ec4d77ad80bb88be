namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Flushes what broadcasts have written, away from the thread that broadcasts. Writing a frame to a connection is a tenth of
/// the cost of flushing it; broadcasts that follow each other closely are written while the flushes of the first are still
/// under way, and go out with them: many frames per flush.
/// </summary>
internal sealed class FlushScheduler : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private List<EngineSession> _waiting = [];
    private List<EngineSession> _flushing = [];
    private bool _isRunning;

    /// <summary>Takes over the sessions in <paramref name="batch"/> and empties it.</summary>
    public void Add(List<EngineSession> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        bool isIdle;
        lock (_lock)
        {
            _waiting.AddRange(batch);
            isIdle = !_isRunning;
            _isRunning = true;
        }

        batch.Clear();
        if (isIdle)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            lock (_lock)
            {
                (_waiting, _flushing) = (_flushing, _waiting);
                if (_flushing.Count == 0)
                {
                    _isRunning = false;
                    return;
                }
            }

            foreach (EngineSession session in _flushing)
            {
                session.FlushDeferred();
            }

            _flushing.Clear();
        }
    }
}
