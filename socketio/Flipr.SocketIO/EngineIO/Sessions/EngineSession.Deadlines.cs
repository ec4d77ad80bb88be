namespace Flipr.SocketIO.EngineIO;

// Heartbeat and deadlines.
internal sealed partial class EngineSession
{
    private SessionDeadlines _deadlines;

    /// <summary>Asks for <see cref="ISessionHandler.OnDeadline"/> at <paramref name="deadline"/> or before, as long as the session is open.</summary>
    public void ScheduleHandler(long deadline)
    {
        lock (Gate)
        {
            if (_state == SessionState.Open)
            {
                _deadlines.AddHandler(deadline);
            }
        }
    }

    /// <summary>Whether <see cref="CheckDeadlines"/> would find something to do.</summary>
    public bool IsDue(long now) => _deadlines.IsDue(now);

    /// <summary>Does what is due. Called by the sweep, and when a request looks the session up, so that a deadline holds to the millisecond.</summary>
    public void CheckDeadlines(long now)
    {
        if (!IsDue(now))
        {
            return;
        }

        bool handlerIsDue = false;
        bool isAborted = false;
        bool pingTimedOut = false;
        bool upgradeTimedOut = false;
        lock (Gate)
        {
            switch (_state)
            {
                case SessionState.Open:
                    pingTimedOut = _deadlines.IsHeartbeatDue(now) && !TryPing(now);
                    handlerIsDue = _deadlines.TryTakeHandler(now);
                    upgradeTimedOut = _deadlines.IsUpgradeDue(now);
                    if (upgradeTimedOut)
                    {
                        CancelUpgradeLocked();
                        Pump();
                    }

                    break;
                case SessionState.Closing when _deadlines.IsCloseDue(now):
                    _deadlines.SetClose(EngineClock.Never);
                    Transport.Abort();
                    _first.AbortAnswer();
                    isAborted = true;
                    break;
            }
        }

        if (upgradeTimedOut)
        {
            _server.Log.UpgradeTimedOut(Id);
        }

        if (pingTimedOut)
        {
            Close(CloseReason.PingTimeout);
        }
        else if (isAborted && Transport.EndsWithSession)
        {
            OnTransportEnded(Reason!);
        }
        else if (handlerIsDue && _handler is { } handler && handler.OnDeadline(now) is var next && next != EngineClock.Never)
        {
            ScheduleHandler(next);
        }
    }

    // While the queue is held back, that a ping is in it says nothing of the client.
    private bool HasUnsentPing => !IsCorked && Queue.Contains(PingPacket);

    /// <summary>Pings, unless the last ping's pong is overdue by the client's fault.</summary>
    private bool TryPing(long now)
    {
        long timeout = _server.Settings.PingTimeout;
        if (!_deadlines.IsPongDue)
        {
            _deadlines.OnPing(now, timeout);
        }
        else if (!_deadlines.IsHandling || HasUnsentPing || !_deadlines.TryRenew(now, timeout))
        {
            // Where the pong may be here, but nothing is read, the client is pinged again: its own clock wants that.
            return false;
        }

        Queue.Enqueue(PingPacket);
        Pump();
        return true;
    }

    private async ValueTask HandleAsync(EnginePacket packet)
    {
        try
        {
            _server.Metrics.Received(packet.Data.Length);
            await _handler.OnMessageAsync(packet.Data, packet.IsBinary);
        }
        finally
        {
            if (_deadlines.EndHandling())
            {
                lock (Gate)
                {
                    _deadlines.Resume(_server.Clock.Now);
                }
            }
        }
    }
}
