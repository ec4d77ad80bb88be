using System.Text;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// One client's connection, whatever transport carries it: the outbound queue, the heartbeat, and the way it ends.
/// </summary>
/// <remarks>
/// <see cref="Gate"/> guards the queue, the transports and the state; it is held for memory operations only, never while
/// the layer above is called.
/// </remarks>
internal sealed class EngineSession
{
    private static readonly OutboundMessage PingPacket = OutboundMessage.FromPacket(EnginePacketType.Ping);

    private readonly EngineServer _server;
    private ISessionHandler _handler = null!;
    private volatile SessionState _state;
    private PollingTransport? _polling;
    private long _nextPing;
    private long _pongDeadline = EngineClock.Never;
    private bool _pongExtended;
    private long _upgradeDeadline = EngineClock.Never;
    private long _closeDeadline = EngineClock.Never;
    private long _handlerDeadline = EngineClock.Never;
    private long _due;

    public EngineSession(EngineServer server, string id, string? client)
    {
        _server = server;
        Id = id;
        Client = client;

        // Sessions that opened together (after a restart, all of them) do not ping together.
        double stagger = 1 - (Random.Shared.NextDouble() / 5);
        _nextPing = server.Clock.Now + (long)(server.Settings.PingInterval * stagger);
        _due = _nextPing;
    }

    /// <summary>Guards everything below the layer above.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The session id: 20 URL-safe characters.</summary>
    public string Id { get; }

    /// <summary>Whose it is, where clients are told apart.</summary>
    public string? Client { get; }

    /// <summary>Who may continue it.</summary>
    public SessionOwner? Owner { get; set; }

    /// <summary>Whether the client wants bytes as text, <c>b</c> and base64, on a WebSocket too.</summary>
    public bool WantsBase64 { get; set; }

    public EngineServer Server => _server;

    /// <summary>Position in the sweep; -1 when not in it.</summary>
    public int SweepIndex { get; set; } = -1;

    /// <summary>The transport in use.</summary>
    public Transport Transport { get; private set; } = null!;

    /// <summary>The WebSocket that is about to take over from polling, if one is.</summary>
    public WebSocketTransport? Upgrade { get; private set; }

    /// <summary>Whether the probe of <see cref="Upgrade"/> was answered: from here on polling only sends <c>noop</c>.</summary>
    public bool IsProbed { get; private set; }

    /// <summary>Whether the queue is held back.</summary>
    public bool IsCorked { get; private set; }

    public bool IsOpen => _state == SessionState.Open;

    public bool IsClosing => _state == SessionState.Closing;

    /// <summary>What waits to be sent. Access under <see cref="Gate"/> only.</summary>
    public OutboundQueue Queue;

    /// <summary>Why the session ended; set when it does.</summary>
    public string? Reason { get; private set; }

    /// <summary>Attaches the first transport; before anyone else knows the session.</summary>
    public void Start(Transport transport)
    {
        Transport = transport;
        _polling = transport as PollingTransport;
    }

    /// <summary>Attaches the layer above; before the first message is read.</summary>
    public void Attach(ISessionHandler handler) => _handler = handler;

    /// <summary>A later request continues the session: its user is the same, its ticket perhaps another.</summary>
    public void OnRequest(HttpContext request) => _handler?.OnRequest(request);

    /// <summary>Sends a message or queues it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isVolatile">Whether to drop it rather than queue it.</param>
    /// <param name="unflushed">Where the session enters itself if it is to be flushed later: by <see cref="FlushScheduler.Add"/>, soon. Without it the session flushes at once.</param>
    /// <returns>Whether it was taken: not when the session is closing, nor when it is volatile and could not go out at once.</returns>
    public bool Send(OutboundMessage message, bool isVolatile = false, List<EngineSession>? unflushed = null)
    {
        if (WantsBase64)
        {
            message = message.Base64Form;
        }

        lock (Gate)
        {
            if (_state != SessionState.Open)
            {
                return false;
            }

            if (isVolatile && !IsCorked && (!Transport.IsWritable || Queue.Count > 0))
            {
                _server.Metrics.VolatileDropped();
                return false;
            }

            _server.Metrics.Sent(message.Size);
            if (!IsCorked && Queue.Count == 0 && Transport.TrySend(message, unflushed is not null) is var outcome and not SendOutcome.NotTaken)
            {
                if (outcome == SendOutcome.NeedsFlush)
                {
                    unflushed!.Add(this);
                }

                return true;
            }

            // A single message may be larger than the limit as long as nothing else waits.
            long waiting = Queue.Bytes + Transport.PendingBytes;
            if (waiting == 0 || waiting + message.Size <= _server.Settings.MaxOutboundBytes)
            {
                Queue.Enqueue(message);
                Transport.Pump();
                return true;
            }
        }

        _server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxOutboundBytes));
        Close(CloseReason.OutboundLimit);
        return false;
    }

    /// <summary>What waits: messages in the queue, and bytes there and in the transport.</summary>
    public (int Messages, long Bytes) MeasureOutbound()
    {
        lock (Gate)
        {
            return (Queue.Count, Queue.Bytes + Transport.PendingBytes);
        }
    }

    /// <summary>Flushes what <see cref="Send"/> has left unflushed.</summary>
    public void FlushDeferred()
    {
        lock (Gate)
        {
            Transport.FlushDeferred();
        }
    }

    /// <summary>Holds back what is sent until <see cref="Uncork"/>; then it goes out together.</summary>
    public void Cork()
    {
        lock (Gate)
        {
            IsCorked = _state == SessionState.Open;
        }
    }

    /// <summary>Sends what <see cref="Cork"/> has held back.</summary>
    public void Uncork()
    {
        lock (Gate)
        {
            if (IsCorked)
            {
                IsCorked = false;
                Transport.Pump();
            }
        }
    }

    /// <summary>Handles one packet that is not a message, or hands a message to the layer above.</summary>
    public ValueTask OnPacketAsync(EnginePacket packet)
    {
        lock (Gate)
        {
            if (_state != SessionState.Open)
            {
                return ValueTask.CompletedTask;
            }

            if (packet.Type == EnginePacketType.Pong)
            {
                if (_pongDeadline != EngineClock.Never)
                {
                    _pongDeadline = EngineClock.Never;
                    _nextPing = _server.Clock.Now + _server.Settings.PingInterval;
                }

                return ValueTask.CompletedTask;
            }

            if (_pongDeadline != EngineClock.Never && !_pongExtended)
            {
                // Whoever sends is alive; its pong may stand behind a large upload. Once, or a client could live without ponging.
                _pongExtended = true;
                _pongDeadline = _server.Clock.Now + _server.Settings.PingTimeout;
            }
        }

        switch (packet.Type)
        {
            case EnginePacketType.Message:
                _server.Metrics.Received(packet.Data.Length);
                return _handler.OnMessageAsync(packet.Data, packet.IsBinary);
            case EnginePacketType.Close:
                Close(CloseReason.TransportClose);
                return ValueTask.CompletedTask;
            case EnginePacketType.Ping:
                // In this revision the server pings.
                Close(CloseReason.TransportError);
                return ValueTask.CompletedTask;
            case EnginePacketType.Noop:
                return ValueTask.CompletedTask;
            default:
                Close(CloseReason.ParseError);
                return ValueTask.CompletedTask;
        }
    }

    /// <summary>Ends the session. The first caller's reason counts.</summary>
    /// <param name="reason">Why, as in <see cref="CloseReason"/>.</param>
    public void Close(string reason)
    {
        // What the server decides in peace still goes out; after an error nobody is there to take it.
        bool hasEnded = false;
        bool isGraceful = reason is CloseReason.ForcedServerClose or CloseReason.ServerShuttingDown or CloseReason.ForcedClose or CloseReason.AuthenticationExpired;
        lock (Gate)
        {
            if (_state != SessionState.Open)
            {
                return;
            }

            _state = SessionState.Closing;
            IsCorked = false;
            Reason = reason;
            _closeDeadline = _server.Clock.Now + _server.Settings.CloseTimeout;
            Volatile.Write(ref _due, _closeDeadline);
            CancelUpgradeLocked();
            if (!isGraceful)
            {
                Queue.Clear();
                _polling?.AbortAnswer();
            }

            if (reason == CloseReason.OutboundLimit)
            {
                // Its close would wait behind what the client does not read.
                Transport.Abort();
            }
            else
            {
                Transport.Close(reason);
            }

            hasEnded = Transport is PollingTransport && !isGraceful;
        }

        _server.OnSessionClosed(this, reason);
        _handler?.OnClosed(reason);
        if (hasEnded)
        {
            OnTransportEnded(reason);
        }
    }

    /// <summary>The transport has ended: nothing more will be sent or received.</summary>
    /// <param name="reason">The reason, unless the session was closing already.</param>
    public void OnTransportEnded(string reason)
    {
        Close(reason);
        lock (Gate)
        {
            if (_state == SessionState.Closed)
            {
                return;
            }

            _state = SessionState.Closed;
            Queue.Clear();
        }

        _server.Remove(this);
    }

    /// <summary>Sends the packet that opens the session (revision 4, "Handshake").</summary>
    public void SendOpenPacket(Transport transport)
    {
        EngineSettings settings = _server.Settings;
        bool offersUpgrade = transport is PollingTransport && settings is { AllowUpgrades: true, AllowWebSocket: true };
        string upgrades = offersUpgrade ? "\"websocket\"" : "";
        Send(OutboundMessage.FromPacket(EnginePacketType.Open, Encoding.ASCII.GetBytes(
            $$"""{"sid":"{{Id}}","upgrades":[{{upgrades}}],"pingInterval":{{settings.PingInterval}},"pingTimeout":{{settings.PingTimeout}},"maxPayload":{{settings.MaxPayload}}}""")));
    }

    /// <summary>Whether a WebSocket may take over now.</summary>
    public bool CanUpgrade => _state == SessionState.Open && Transport is PollingTransport && Upgrade is null;

    /// <summary>Starts an upgrade.</summary>
    /// <returns>Whether this session can be upgraded now.</returns>
    public bool TryBeginUpgrade(WebSocketTransport transport)
    {
        lock (Gate)
        {
            if (!CanUpgrade)
            {
                return false;
            }

            Upgrade = transport;
            _upgradeDeadline = _server.Clock.Now + _server.Settings.UpgradeTimeout;
            ScheduleLocked(_upgradeDeadline);
            return true;
        }
    }

    /// <summary>The probe has arrived on the new transport: answers it and stops polling from taking messages.</summary>
    public bool TryProbe(WebSocketTransport transport, OutboundMessage answer)
    {
        lock (Gate)
        {
            if (Upgrade != transport)
            {
                return false;
            }

            IsProbed = true;
            transport.SendControl(answer);
            Transport.Pump();
            return true;
        }
    }

    /// <summary>The client has confirmed the upgrade: the queue goes to the new transport.</summary>
    public bool TryCompleteUpgrade(WebSocketTransport transport)
    {
        lock (Gate)
        {
            if (Upgrade != transport || !IsProbed || Transport is PollingTransport { IsPosting: true })
            {
                return false;
            }

            Transport polling = Transport;
            Transport = transport;
            Upgrade = null;
            IsProbed = false;
            _upgradeDeadline = EngineClock.Never;
            polling.Abort();
            transport.Pump();
        }

        _server.Metrics.Upgraded();
        return true;
    }

    /// <summary>The new transport has failed: polling lives on.</summary>
    public void AbandonUpgrade(WebSocketTransport transport)
    {
        lock (Gate)
        {
            if (Upgrade == transport)
            {
                CancelUpgradeLocked();
                Transport.Pump();
            }
        }
    }

    /// <summary>Asks for <see cref="ISessionHandler.OnDeadline"/> at <paramref name="deadline"/> or before.</summary>
    public void ScheduleHandler(long deadline)
    {
        lock (Gate)
        {
            _handlerDeadline = Math.Min(_handlerDeadline, deadline);
            ScheduleLocked(_handlerDeadline);
        }
    }

    /// <summary>Whether <see cref="CheckDeadlines"/> would find something to do.</summary>
    public bool IsDue(long now) => now >= Volatile.Read(ref _due);

    /// <summary>Does what is due. Called by the sweep, and when a request looks the session up, so that a deadline holds to the millisecond.</summary>
    public void CheckDeadlines(long now)
    {
        if (!IsDue(now))
        {
            return;
        }

        bool handlerIsDue = false;
        bool isAborted = false;
        bool timedOut = false;
        lock (Gate)
        {
            switch (_state)
            {
                case SessionState.Open:
                    timedOut = now >= _pongDeadline;
                    if (_pongDeadline == EngineClock.Never && now >= _nextPing)
                    {
                        _pongDeadline = now + _server.Settings.PingTimeout;
                        _pongExtended = false;
                        Queue.Enqueue(PingPacket);
                        Transport.Pump();
                    }

                    if (now >= _upgradeDeadline)
                    {
                        _server.Log.UpgradeTimedOut(Id);
                        CancelUpgradeLocked();
                        Transport.Pump();
                    }

                    handlerIsDue = now >= _handlerDeadline;
                    break;
                case SessionState.Closing when now >= _closeDeadline:
                    _closeDeadline = EngineClock.Never;
                    Transport.Abort();
                    _polling?.AbortAnswer();
                    isAborted = true;
                    break;
            }

            _due = _state == SessionState.Open
                ? Math.Min(
                    Math.Min(_pongDeadline == EngineClock.Never ? _nextPing : _pongDeadline, _upgradeDeadline),
                    handlerIsDue ? EngineClock.Never : _handlerDeadline)
                : _closeDeadline;
            if (handlerIsDue)
            {
                _handlerDeadline = EngineClock.Never;
            }
        }

        if (timedOut)
        {
            Close(CloseReason.PingTimeout);
        }
        else if (isAborted && Transport is PollingTransport)
        {
            OnTransportEnded(Reason!);
        }
        else if (handlerIsDue && _handler is { } handler && handler.OnDeadline(now) is var next && next != EngineClock.Never)
        {
            ScheduleHandler(next);
        }
    }

    private void CancelUpgradeLocked()
    {
        WebSocketTransport? upgrade = Upgrade;
        Upgrade = null;
        IsProbed = false;
        _upgradeDeadline = EngineClock.Never;
        upgrade?.Close(CloseReason.ForcedClose);
    }

    private void ScheduleLocked(long deadline)
    {
        if (deadline < _due)
        {
            Volatile.Write(ref _due, deadline);
        }
    }

    private enum SessionState
    {
        Open,
        Closing,
        Closed,
    }
}
