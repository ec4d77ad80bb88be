using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>
/// One client's connection as Socket.IO sees it: reads packets, knows the sockets of its namespaces, and starts handlers.
/// </summary>
/// <remarks>
/// The semaphore is never disposed: it has no wait handle as long as nobody asks for one, and turns may be taken until the very end.
/// Whatever starts handlers takes the turn first. That is what keeps handlers in the order of their events, and a socket's
/// events behind its connection handlers.
/// </remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Reliability", "CA1001", Justification = "See the remarks.")]
internal sealed partial class ClientConnection : ISessionHandler
{
    private readonly SocketIOServer _server;
    private readonly Handshake _handshake;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Socket?> _sockets = new(StringComparer.Ordinal);
    private readonly RunningHandlers _handlers;
    private readonly EventDispatcher _events;
    private readonly long _connectDeadline;
    private readonly IPacketDecoder _decoder;

    // When the ticket of the last request expires.
    private long _expiry = EngineClock.Never;
    private bool _hasJoined;
    private bool _isClosed;

    public ClientConnection(SocketIOServer server, EngineSession session, HttpContext request, Handshake handshake)
    {
        _server = server;
        Session = session;
        _handshake = handshake;
        _decoder = server.Parser.CreateDecoder(server.Options.MaxAttachments);
        _handlers = new RunningHandlers(server);
        Span = SocketIOActivities.Connected(session.Transport.Name, session.Id);
        _events = new EventDispatcher(server, _turn, _handlers, Span, EventLimits.Create(server, session, handshake));
        _connectDeadline = server.Engine.Clock.Now + (long)server.Options.ConnectTimeout.TotalMilliseconds;
        session.ScheduleHandler(_connectDeadline);
        Renew(request);
    }

    public EngineSession Session { get; }

    /// <summary>How packets look on it.</summary>
    public IPacketParser Parser => _server.Parser;

    /// <summary>The connection's span, which those of its events link to.</summary>
    public ActivityContext Span { get; }

    public async ValueTask OnMessageAsync(ReadOnlyMemory<byte> data, bool isBinary)
    {
        SocketIOActivities.LeaveRequest();
        await _turn.WaitAsync();
        try
        {
            if (_isClosed)
            {
                return;
            }

            if (_decoder.Decode(data, isBinary, out DecodedPacket packet) is { } defect)
            {
                Fail(defect);
            }
            else if (packet.IsComplete)
            {
                OnPacket(packet);
            }
        }
        catch (Exception exception)
        {
            // Whatever a client may send: it costs the client its connection, not the server its composure.
            _server.Log.PacketFailed(Session.Id, exception);
            Session.Close(CloseReason.ParseError);
        }
        finally
        {
            _turn.Release();
        }

        if (_handlers.IsAboveLimit)
        {
            await _handlers.WaitBelowLimitAsync();
        }
    }

    public void OnRequest(HttpContext request) => Renew(request);

    // Owned by the server, which counts the connection until it has ended.
    public void OnClosed(string reason) => _ = Task.Run(() => CloseSocketsAsync(reason));

    public long OnDeadline(long now)
    {
        if (now >= Volatile.Read(ref _expiry))
        {
            Session.Close(CloseReason.AuthenticationExpired);
            _server.Log.ConnectionExpired(Session.Id);
            return EngineClock.Never;
        }

        bool isIdle;
        lock (_sockets)
        {
            isIdle = _sockets.Count == 0;
        }

        if (now >= _connectDeadline && isIdle && !_hasJoined)
        {
            _server.Log.ConnectTimedOut(Session.Id);
            Session.Close(CloseReason.ForcedServerClose);
            return EngineClock.Never;
        }

        long next = Math.Min(Volatile.Read(ref _expiry), now < _connectDeadline ? _connectDeadline : EngineClock.Never);
        List<Socket>? expired = null;
        lock (_sockets)
        {
            foreach (Socket? socket in _sockets.Values)
            {
                next = Math.Min(next, socket?.PendingAcks.Expire(now) ?? EngineClock.Never);

                // Those that are still in middleware ask for their deadline when they have connected.
                if (socket is not { IsConnected: true })
                {
                    continue;
                }

                if (now >= socket.Expiry)
                {
                    (expired ??= []).Add(socket);
                }
                else
                {
                    next = Math.Min(next, socket.Expiry);
                }
            }
        }

        if (expired is not null)
        {
            Expire(expired, next);
        }

        return next;
    }

    private void Expire(List<Socket> sockets, long next)
    {
        // Now, as a listener of metrics or logs may throw: that must not cost the others their deadlines.
        Session.ScheduleHandler(next);
        foreach (Socket socket in sockets)
        {
            Disconnect(socket, close: false, CloseReason.AuthenticationExpired);
            _server.Log.SocketExpired(LogText.Clean(socket.Namespace.Name), socket.Id);
        }
    }

    // Without a result the request was anybody's: then nothing that has begun as its owner's ends by it.
    private void Renew(HttpContext request)
    {
        if (_server.Options.CloseOnAuthenticationExpiration && request.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true } result)
        {
            long expiry = result.Properties?.ExpiresUtc is { } expires ? _server.Engine.Clock.At(expires) : EngineClock.Never;
            Volatile.Write(ref _expiry, expiry);
            Session.ScheduleHandler(expiry);
        }
    }

    private void OnPacket(DecodedPacket packet)
    {
        switch (packet.Type)
        {
            case PacketType.Connect:
                OnConnect(packet);
                break;
            case PacketType.Disconnect:
                OnDisconnect(packet);
                break;
            case PacketType.Event or PacketType.Ack:
                OnMessage(packet);
                break;
            default:
                Violate("a client does not send CONNECT_ERROR");
                break;
        }
    }

    private void OnMessage(DecodedPacket packet)
    {
        if (FindSocket(packet.Namespace) is not { } socket)
        {
            Violate("it sent a packet for a namespace that it is not in");
            return;
        }

        bool isEvent = packet.Type == PacketType.Event;
        ReadOnlySpan<byte> json = packet.Json;
        List<ReadOnlyMemory<byte>>? attachments = packet.Attachments;
        if (EventPayload.Validate(json, _server.Serializer.MaxDepth, attachments?.Count ?? 0, _server.Options.MaxAttachments, isEvent) is { } defect)
        {
            Fail(defect);
            return;
        }

        // Halves of characters are rare: only where there is one, the packet is kept in both forms.
        byte[]? repaired = JsonText.Repair(json);
        IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
        OriginalText.Scope outerText = OriginalText.Enter(repaired is null ? null : json.ToArray());
        AttachmentScope.Received = attachments ?? (IReadOnlyList<ReadOnlyMemory<byte>>)[];
        try
        {
            if (isEvent)
            {
                _events.OnEvent(socket, repaired ?? json, packet.AckId);
            }
            else if (packet.AckId is { } id)
            {
                OnAck(socket, id, repaired ?? json);
            }
        }
        finally
        {
            AttachmentScope.Received = outer;
            outerText.Dispose();
        }
    }

    private void OnAck(Socket socket, ulong id, ReadOnlySpan<byte> json)
    {
        if (socket.PendingAcks.Take(id) is { } pending)
        {
            Utf8JsonReader arguments = EventPayload.ReadArguments(json, _server.Serializer.MaxDepth, isEvent: false);
            var reader = new ArgumentReader(arguments, _server.Serializer.Options, default);
            pending.Complete(ref reader);
        }
    }

    private Socket? FindSocket(ReadOnlySpan<byte> ns)
    {
        Span<char> buffer = stackalloc char[SocketIOServer.MaxNamespaceLength];
        scoped ReadOnlySpan<char> name = "/";
        if (!ns.IsEmpty)
        {
            if (!Encoding.UTF8.TryGetChars(ns, buffer, out int length))
            {
                return null;
            }

            name = buffer[..length];
        }

        lock (_sockets)
        {
            return _sockets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out Socket? socket) && socket is { IsConnected: true } ? socket : null;
        }
    }

    private static string NameOf(DecodedPacket packet) => packet.Namespace.IsEmpty ? "/" : Encoding.UTF8.GetString(packet.Namespace);

    private void Send(PacketType type, ReadOnlySpan<byte> ns, ReadOnlySpan<byte> json)
    {
        if (ns.Length > SocketIOServer.MaxNamespaceLength)
        {
            ns = ns[..SocketIOServer.MaxNamespaceLength];
        }

        var payload = new MessageBuffer();
        payload.Begin(EventWriter.HeaderRoom(_server.Serializer), json.Length);
        payload.Write(json);
        OutboundMessage message = Parser.Encode(type, ns, ackId: null, payload, [], compress: true);
        Session.Send(message);
        message.Release();
    }

    private void Fail(PacketDefect defect)
    {
        string? option = defect.Limit switch
        {
            PacketLimit.Attachments => nameof(SocketIOOptions.MaxAttachments),
            PacketLimit.Depth => nameof(SocketIOOptions.MaxJsonDepth),
            _ => null,
        };
        if (option is null)
        {
            Fail(defect.Text);
            return;
        }

        _server.Metrics.LimitExceeded(option);
        Fail($"{defect.Text} (option {option})");
    }

    private void Fail(string defect)
    {
        _server.Log.BadPacket(Session.Id, defect);
        Session.Close(CloseReason.ParseError);
    }

    private void Violate(string defect)
    {
        _server.Log.ProtocolViolation(Session.Id, defect);
        Session.Close(CloseReason.ForcedServerClose);
    }
}
