namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// One walk over all sessions serves every deadline there is: pings, pongs, upgrades, connects, acks. A timer per
/// connection would cost memory and timer-queue work for deadlines that almost never strike.
/// </summary>
internal sealed class SessionSweep
{
    private const int ShardCount = 16;

    private readonly Shard[] _shards = new Shard[ShardCount];
    private readonly List<EngineSession> _due = [];
    private int _nextShard;

    public SessionSweep(EngineLog log)
    {
        for (int i = 0; i < ShardCount; i++)
        {
            _shards[i] = new Shard(log);
        }
    }

    public void Add(EngineSession session)
    {
        int shard = (int)((uint)Interlocked.Increment(ref _nextShard) % ShardCount);
        _shards[shard].Add(session, shard);
    }

    public void Remove(EngineSession session) => _shards[session.SweepIndex % ShardCount].Remove(session);

    /// <summary>Lets every session whose time has come do what is due. One caller at a time.</summary>
    public void Run(long now)
    {
        foreach (Shard shard in _shards)
        {
            shard.Run(now, _due);
        }
    }

    private sealed class Shard(EngineLog log)
    {
        private readonly Lock _lock = new();
        private EngineSession?[] _sessions = new EngineSession?[16];
        private int _count;

        public void Add(EngineSession session, int shard)
        {
            lock (_lock)
            {
                if (_count == _sessions.Length)
                {
                    Array.Resize(ref _sessions, _count * 2);
                }

                session.SweepIndex = (_count * ShardCount) + shard;
                _sessions[_count++] = session;
            }
        }

        public void Remove(EngineSession session)
        {
            lock (_lock)
            {
                int index = session.SweepIndex / ShardCount;
                EngineSession last = _sessions[--_count]!;
                _sessions[index] = last;
                _sessions[_count] = null;
                last.SweepIndex = session.SweepIndex;
                session.SweepIndex = -1;
                if (_sessions.Length > 64 && _count < _sessions.Length / 4)
                {
                    Array.Resize(ref _sessions, _sessions.Length / 2);
                }
            }
        }

        public void Run(long now, List<EngineSession> due)
        {
            lock (_lock)
            {
                for (int i = 0; i < _count; i++)
                {
                    EngineSession session = _sessions[i]!;
                    if (session.IsDue(now))
                    {
                        due.Add(session);
                    }
                }
            }

            foreach (EngineSession session in due)
            {
                try
                {
                    session.CheckDeadlines(now);
                }
                catch (Exception exception)
                {
                    // One session's fault must not stop the heartbeat of all others.
                    log.SweepFailed(session.Id, exception);
                }
            }

            due.Clear();
        }
    }
}
