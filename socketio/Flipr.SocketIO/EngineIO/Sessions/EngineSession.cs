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
internal sealed partial class EngineSession
{
    private static readonly OutboundMessage PingPacket = OutboundMessage.FromPacket(EnginePacketType.Ping);

    private readonly EngineServer _server;
    private ISessionHandler _handler = null!;
    private volatile SessionState _state;
    private Transport _first = null!;
    private int _allowance;
    private bool _hasPlace = true;

    public EngineSession(EngineServer server, string id, string? client)
    {
        _server = server;
        Id = id;
        Client = client;

        // Sessions that opened together (after a restart, all of them) do not ping together.
        double stagger = 1 - (Random.Shared.NextDouble() / 5);
        _deadlines = new SessionDeadlines(server.Clock.Now + (long)(server.Settings.PingInterval * stagger));
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

    /// <summary>The transport that is about to take over, if one is.</summary>
    public Transport? Upgrade { get; private set; }

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
        _first = transport;
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
        Acceptance acceptance;
        lock (Gate)
        {
            acceptance = Accept(message, isVolatile, unflushed);
        }

        return Finish(acceptance, message.Size);
    }

    /// <summary>What waits: messages in the queue, and bytes there and in the transport.</summary>
    public (int Messages, long Bytes) MeasureOutbound()
    {
        lock (Gate)
        {
            return (Queue.Count, WaitingBytes);
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

    /// <summary>Holds back what is sent until the result is disposed; then it goes out together.</summary>
    public Corked Cork()
    {
        lock (Gate)
        {
            IsCorked = _state == SessionState.Open;
        }

        return new Corked(this);
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
                // A pong to a ping that has not left answers nothing.
                if (_deadlines.IsPongDue && !HasUnsentPing)
                {
                    _deadlines.OnPong(_server.Clock.Now + _server.Settings.PingInterval);
                }

                return ValueTask.CompletedTask;
            }

            if (_deadlines.IsPongDue)
            {
                _deadlines.Extend(_server.Clock.Now + _server.Settings.PingTimeout);
            }

            if (packet.Type == EnginePacketType.Message)
            {
                _deadlines.BeginHandling(_server.Clock);
            }
        }

        switch (packet.Type)
        {
            case EnginePacketType.Message:
                return HandleAsync(packet);
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
    public void Close(string reason) => TryClose(reason);

    /// <summary>Takes from the session, once, that it counts as one of its server's and its client's.</summary>
    public bool TryTakePlace() => Interlocked.Exchange(ref _hasPlace, false);

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
        bool offersUpgrade = transport.CanUpgrade && settings is { AllowUpgrades: true, AllowWebSocket: true };
        string upgrades = offersUpgrade ? "\"websocket\"" : "";
        Send(OutboundMessage.FromPacket(EnginePacketType.Open, Encoding.ASCII.GetBytes(
            $$"""{"sid":"{{Id}}","upgrades":[{{upgrades}}],"pingInterval":{{settings.PingInterval}},"pingTimeout":{{settings.PingTimeout}},"maxPayload":{{settings.MaxPayload}}}""")));
    }

    /// <summary>Whether another transport may take over now.</summary>
    public bool CanUpgrade => _state == SessionState.Open && Transport.CanUpgrade && Upgrade is null;

    /// <summary>Starts an upgrade.</summary>
    /// <returns>Whether this session can be upgraded now.</returns>
    public bool TryBeginUpgrade(Transport transport)
    {
        lock (Gate)
        {
            if (!CanUpgrade)
            {
                return false;
            }

            Upgrade = transport;
            _deadlines.SetUpgrade(_server.Clock.Now + _server.Settings.UpgradeTimeout);
            return true;
        }
    }

    /// <summary>The probe has arrived on the new transport: has it answered, and stops the old one from taking messages.</summary>
    public bool TryProbe(Transport transport)
    {
        lock (Gate)
        {
            if (Upgrade != transport)
            {
                return false;
            }

            IsProbed = true;
            transport.AnswerProbe();
            Pump();
            return true;
        }
    }

    /// <summary>The client has confirmed the upgrade: the queue goes to the new transport.</summary>
    public bool TryCompleteUpgrade(Transport transport)
    {
        lock (Gate)
        {
            if (Upgrade != transport || !IsProbed || Transport.IsReceiving)
            {
                return false;
            }

            Transport previous = Transport;
            Transport = transport;
            Upgrade = null;
            IsProbed = false;
            _deadlines.SetUpgrade(EngineClock.Never);
            previous.Abort();
            Pump();
        }

        _server.Metrics.Upgraded();
        return true;
    }

    /// <summary>The new transport has failed: the old one lives on.</summary>
    public void AbandonUpgrade(Transport transport)
    {
        lock (Gate)
        {
            if (Upgrade == transport)
            {
                CancelUpgradeLocked();
                Pump();
            }
        }
    }

    private long WaitingBytes => Queue.Bytes + Transport.PendingBytes;

    private Acceptance Accept(OutboundMessage message, bool isVolatile, List<EngineSession>? unflushed)
    {
        if (_state != SessionState.Open)
        {
            return Acceptance.Closed;
        }

        if (WantsBase64)
        {
            message = message.Base64Form;
        }

        if (isVolatile && !IsCorked && (!Transport.IsWritable || Queue.Count > 0))
        {
            return Acceptance.Dropped;
        }

        // A single message may be larger than the limit as long as hardly anything else waits. Until it is through, what waits behind
        // it has the limit to itself.
        EngineSettings settings = _server.Settings;
        long waiting = WaitingBytes;
        if (waiting <= settings.LowWaterMark)
        {
            _allowance = message.Size > settings.MaxOutboundBytes ? message.Size : 0;
        }

        if (!IsCorked && Queue.Count == 0 && Transport.TrySend(message, unflushed is not null) is var outcome and not SendOutcome.NotTaken)
        {
            if (outcome == SendOutcome.NeedsFlush)
            {
                unflushed!.Add(this);
            }

            return Acceptance.Accepted;
        }

        if (waiting > settings.LowWaterMark && waiting + message.Size > settings.MaxOutboundBytes + _allowance)
        {
            return Acceptance.OverLimit;
        }

        Queue.Enqueue(message);
        Transport.Pump();
        return Acceptance.Accepted;
    }

    /// <summary>Sends as much as the transport takes, and lets those go on who wait for that.</summary>
    private void Pump()
    {
        Transport.Pump();
        OnTaken();
    }

    private void CancelUpgradeLocked()
    {
        Transport? upgrade = Upgrade;
        Upgrade = null;
        IsProbed = false;
        _deadlines.SetUpgrade(EngineClock.Never);
        upgrade?.Close(CloseReason.ForcedClose);
    }

    private bool TryClose(string reason)
    {
        // What the server decides in peace still goes out; after an error nobody is there to take it.
        bool isGraceful = reason is CloseReason.ForcedServerClose or CloseReason.ServerShuttingDown or CloseReason.ForcedClose or CloseReason.AuthenticationExpired;
        bool isClosing = false;
        bool hasEnded = false;
        try
        {
            lock (Gate)
            {
                if (_state != SessionState.Open)
                {
                    return false;
                }

                isClosing = true;
                hasEnded = Transport.EndsWithSession && !isGraceful;
                _state = SessionState.Closing;
                IsCorked = false;
                Reason = reason;
                CancelUpgradeLocked();
                _deadlines.SetClose(_server.Clock.Now + _server.Settings.CloseTimeout);
                if (!isGraceful)
                {
                    Queue.Clear();
                }

                OnTaken();
                if (!isGraceful)
                {
                    _first.AbortAnswer();
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
            }
        }
        finally
        {
            // Whatever ending a request has run into: the session is closed, and who knows of it has to hear that.
            if (isClosing)
            {
                _server.OnClosed(this, reason);
                _handler?.OnClosed(reason);
                if (hasEnded)
                {
                    OnTransportEnded(reason);
                }

                _server.ReportClosed(this, reason);
            }
        }

        return true;
    }

    private bool Finish(Acceptance acceptance, int size)
    {
        switch (acceptance)
        {
            case Acceptance.Accepted:
                _server.Metrics.Sent(size);
                return true;
            case Acceptance.Dropped:
                _server.Metrics.VolatileDropped();
                return false;
            case Acceptance.OverLimit:
                CloseOverLimit();
                return false;
            default:
                return false;
        }
    }

    private void Uncork()
    {
        lock (Gate)
        {
            if (IsCorked)
            {
                IsCorked = false;
                Pump();
            }
        }
    }

    /// <summary>Takes the cork off when it is disposed.</summary>
    public readonly ref struct Corked(EngineSession session)
    {
        public void Dispose() => session.Uncork();
    }

    private enum Acceptance
    {
        Accepted,
        Dropped,
        OverLimit,
        Closed,
    }

    private enum SessionState
    {
        Open,
        Closing,
        Closed,
    }
}
