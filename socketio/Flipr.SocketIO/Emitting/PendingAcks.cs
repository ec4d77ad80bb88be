using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>The answers that one client owes in one namespace, by ack id. Thread-safe.</summary>
internal sealed class PendingAcks
{
    private readonly Lock _lock = new();
    private Dictionary<ulong, PendingAck>? _acks;
    private ulong _nextId;
    private Exception? _closed;

    /// <summary>Adds one and returns its id: 0, 1, 2 ...</summary>
    /// <exception cref="InvalidOperationException">There are <paramref name="limit"/> already.</exception>
    public ulong Add(PendingAck ack, int limit)
    {
        lock (_lock)
        {
            ulong id = _nextId++;
            if (_closed is not null)
            {
                ack.Fail(_closed);
                return id;
            }

            _acks ??= [];
            if (_acks.Count >= limit)
            {
                throw new InvalidOperationException($"The client owes {limit} answers already (option MaxPendingAcks); give emits that want an answer a timeout.");
            }

            _acks.Add(id, ack);
            return id;
        }
    }

    /// <summary>Takes one out; an answer that nobody waits for is ignored.</summary>
    public PendingAck? Take(ulong id)
    {
        lock (_lock)
        {
            return _acks is not null && _acks.Remove(id, out PendingAck? ack) ? ack : null;
        }
    }

    /// <summary>Gives up what is overdue.</summary>
    /// <returns>The next deadline.</returns>
    public long Expire(long now)
    {
        List<PendingAck>? overdue = null;
        long next = EngineClock.Never;
        lock (_lock)
        {
            foreach ((ulong id, PendingAck ack) in _acks ?? [])
            {
                if (ack.Deadline <= now)
                {
                    _acks!.Remove(id);
                    (overdue ??= []).Add(ack);
                }
                else
                {
                    next = Math.Min(next, ack.Deadline);
                }
            }
        }

        foreach (PendingAck ack in overdue ?? [])
        {
            ack.Fail(new AckTimeoutException("The client did not answer in time."));
        }

        return next;
    }

    /// <summary>Gives up all of them, and every later one.</summary>
    public void FailAll(Exception exception)
    {
        Dictionary<ulong, PendingAck>? acks;
        lock (_lock)
        {
            _closed = exception;
            acks = _acks;
            _acks = null;
        }

        foreach (PendingAck ack in acks?.Values ?? Enumerable.Empty<PendingAck>())
        {
            ack.Fail(exception);
        }
    }
}
