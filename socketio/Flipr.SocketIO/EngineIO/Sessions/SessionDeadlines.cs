namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// When a session has something to do next, in milliseconds of <see cref="EngineClock"/>. Changed under the session's gate;
/// only <see cref="IsDue"/> and <see cref="EndHandling"/> need no gate.
/// </summary>
internal struct SessionDeadlines
{
    // By how much a sweep is late on a busy machine, in milliseconds.
    private const long MaxLateness = 500;

    // How often in a row the pong is excused because nothing is read: handlers that never end do not keep a client for ever.
    private const int MaxRenewals = 6;

    // The next ping; while a pong is due, that pong's deadline.
    private long _heartbeat;
    private long _upgrade = EngineClock.Never;
    private long _handler = EngineClock.Never;
    private long _close = EngineClock.Never;
    private long _unreadSince;
    private long _due;
    private byte _renewals;
    private bool _isExtended;
    private volatile bool _isPongDue;
    private volatile bool _isHandling;

    /// <param name="firstPing">When the first ping is due.</param>
    public SessionDeadlines(long firstPing)
    {
        _heartbeat = firstPing;
        _due = firstPing;
    }

    /// <summary>Whether a ping is out and its pong has not come.</summary>
    public readonly bool IsPongDue => _isPongDue;

    /// <summary>Whether the layer above is busy with a packet, so that no other is read.</summary>
    public readonly bool IsHandling => _isHandling;

    /// <summary>Whether anything is due.</summary>
    public bool IsDue(long now) => now >= Volatile.Read(ref _due);

    public readonly bool IsHeartbeatDue(long now) => now >= _heartbeat;

    public readonly bool IsUpgradeDue(long now) => now >= _upgrade;

    public readonly bool IsCloseDue(long now) => now >= _close;

    /// <summary>A ping is out. Its pong's time counts from when the ping was due, not from the sweep that found it so; what a stalled server is late beyond that is not the client's loss.</summary>
    public void OnPing(long now, long timeout)
    {
        _heartbeat = Math.Max(_heartbeat, now - Math.Min(MaxLateness, timeout / 2)) + timeout;
        _isExtended = false;
        _renewals = 0;
        _isPongDue = true;
        _unreadSince = now;
        Update();
    }

    /// <summary>A pong has come: the next ping is due at <paramref name="nextPing"/>.</summary>
    public void OnPong(long nextPing)
    {
        _heartbeat = nextPing;
        _isPongDue = false;
        Update();
    }

    /// <summary>The pong cannot have been read: another ping goes out, and the client gets the time for it anew.</summary>
    /// <returns>Whether it does: not without end.</returns>
    public bool TryRenew(long now, long timeout)
    {
        if (_renewals == MaxRenewals)
        {
            return false;
        }

        _renewals++;
        _heartbeat = now + timeout;
        _unreadSince = now;
        Update();
        return true;
    }

    /// <summary>A packet has come while a pong was due. Whoever sends is alive; its pong may stand behind a large upload. Once, or a client could live without ponging.</summary>
    public void Extend(long deadline)
    {
        if (!_isExtended)
        {
            _isExtended = true;
            _heartbeat = deadline;
            Update();
        }
    }

    /// <summary>The layer above gets a packet: nothing is read before <see cref="EndHandling"/>.</summary>
    public void BeginHandling(EngineClock clock)
    {
        _isHandling = true;
        if (_isPongDue)
        {
            _unreadSince = clock.Now;
        }
    }

    /// <summary>The layer above is done with a packet.</summary>
    /// <returns>Whether a pong has been due meanwhile: then <see cref="Resume"/> is to be called, under the gate.</returns>
    public bool EndHandling()
    {
        _isHandling = false;
        return _isPongDue;
    }

    /// <summary>Packets are read again: the time without does not count against the client.</summary>
    public void Resume(long now)
    {
        if (_isPongDue)
        {
            _renewals = 0;
            _heartbeat += now - _unreadSince;
            Update();
        }
    }

    /// <summary>Sets when an upgrade is given up; <see cref="EngineClock.Never"/> if there is none.</summary>
    public void SetUpgrade(long deadline)
    {
        _upgrade = deadline;
        Update();
    }

    /// <summary>The layer above wants to be asked at <paramref name="deadline"/> or before.</summary>
    public void AddHandler(long deadline)
    {
        _handler = Math.Min(_handler, deadline);
        Update();
    }

    /// <summary>Takes the deadline of the layer above, if it is due.</summary>
    public bool TryTakeHandler(long now)
    {
        if (now < _handler)
        {
            return false;
        }

        _handler = EngineClock.Never;
        Update();
        return true;
    }

    /// <summary>The session is closing: only this one counts from now on; <see cref="EngineClock.Never"/> when it has struck.</summary>
    public void SetClose(long deadline)
    {
        _heartbeat = _upgrade = _handler = EngineClock.Never;
        _close = deadline;
        Update();
    }

    private void Update() => Volatile.Write(ref _due, Math.Min(Math.Min(_heartbeat, _upgrade), Math.Min(_handler, _close)));
}
