namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Flushes what broadcasts have written, away from the thread that broadcasts. Writing a frame to a connection is a tenth of
/// the cost of flushing it; broadcasts that follow each other closely are written while the flushes of the first are still
/// under way, and go out with them: many frames per flush.
/// </summary>
/// <remarks>
/// A thread of its own, started with the first large broadcast: a work item would wait behind the very sends that it is to
/// start, for as long as they keep the thread pool's few threads busy.
/// </remarks>
internal sealed class FlushScheduler(EngineLog log) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _work = new(false);
    private List<EngineSession> _waiting = [];
    private List<EngineSession> _flushing = [];
    private Thread? _thread;
    private bool _isStopped;

    /// <summary>Takes over the sessions in <paramref name="batch"/> and empties it.</summary>
    public void Add(List<EngineSession> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (!_isStopped)
            {
                _waiting.AddRange(batch);
                if (_thread is null)
                {
                    var thread = new Thread(Run) { IsBackground = true, Name = "Socket.IO flush" };
                    thread.Start();
                    _thread = thread;
                }

                _work.Set();
            }
        }

        batch.Clear();
    }

    /// <summary>Ends the thread when it has flushed what waits.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isStopped)
            {
                return;
            }

            _isStopped = true;
            _work.Set();
        }

        // From here on nobody sets the event any more, and the thread is the only one that waits for it.
        _thread?.Join();
        _work.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            lock (_lock)
            {
                (_waiting, _flushing) = (_flushing, _waiting);
                if (_flushing.Count == 0 && _isStopped)
                {
                    return;
                }
            }

            foreach (EngineSession session in _flushing)
            {
                try
                {
                    session.FlushDeferred();
                }
                catch (Exception exception)
                {
                    // What it was sent may be lost in part: it costs this client its connection, and the others nothing.
                    log.FlushFailed(session.Id, exception);
                    session.Close(CloseReason.TransportError);
                }
            }

            if (_flushing.Count == 0)
            {
                _work.WaitOne();
            }

            _flushing.Clear();
        }
    }
}
