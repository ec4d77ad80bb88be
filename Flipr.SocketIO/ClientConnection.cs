using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

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
internal sealed class ClientConnection : ISessionHandler
{
    private readonly SocketIOServer _server;
    private readonly Handshake _handshake;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, Socket?> _sockets = new(StringComparer.Ordinal);
    private readonly ActivityContext _context;
    private readonly long _connectDeadline;
    private PendingPacket? _pending;
    private bool _isClosed;
    private int _running;
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _belowLimit;

    public ClientConnection(SocketIOServer server, EngineSession session, Handshake handshake)
    {
        _server = server;
        Session = session;
        _handshake = handshake;
        _context = SocketIOActivities.HasListeners ? SocketIOActivities.Connected(session.Transport.Name, session.Id) : default;
        _connectDeadline = server.Engine.Clock.Now + (long)server.Options.ConnectTimeout.TotalMilliseconds;
        session.ScheduleHandler(_connectDeadline);
    }

    public EngineSession Session { get; }

    public async ValueTask OnMessageAsync(ReadOnlyMemory<byte> data, bool isBinary)
    {
        await _turn.WaitAsync();
        try
        {
            if (_isClosed)
            {
                return;
            }

            if (isBinary)
            {
                OnAttachment(data);
            }
            else
            {
                OnText(data);
            }
        }
        finally
        {
            _turn.Release();
        }

        if (Volatile.Read(ref _running) > _server.Options.MaxRunningHandlers)
        {
            _server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxRunningHandlers));
            await WaitBelowLimitAsync();
        }
    }

    public void OnClosed(string reason) => _ = Task.Run(() => CloseSocketsAsync(reason));

    public long OnDeadline(long now)
    {
        bool isIdle;
        lock (_sockets)
        {
            isIdle = _sockets.Count == 0;
        }

        if (now >= _connectDeadline && isIdle)
        {
            _server.Log.ConnectTimedOut(Session.Id);
            Session.Close(CloseReason.ForcedServerClose);
            return EngineClock.Never;
        }

        long next = now < _connectDeadline ? _connectDeadline : EngineClock.Never;
        lock (_sockets)
        {
            foreach (Socket? socket in _sockets.Values)
            {
                next = Math.Min(next, socket?.PendingAcks.Expire(now) ?? EngineClock.Never);
            }
        }

        return next;
    }

    /// <summary>Takes a socket out of its namespace, on the server's behalf.</summary>
    public async ValueTask DisconnectAsync(Socket socket, bool close)
    {
        List<Socket> leaving = [];
        lock (_sockets)
        {
            foreach ((string name, Socket? joined) in _sockets)
            {
                if (joined is not null && (close || joined == socket) && _sockets.Remove(name))
                {
                    leaving.Add(joined);
                }
            }
        }

        foreach (Socket left in leaving)
        {
            SendText(PacketType.Disconnect, left.Namespace.WireName, []);
        }

        if (close)
        {
            Session.Close(CloseReason.ForcedServerClose);
        }

        // Not awaited: a handler that disconnects its own socket holds the turn which the disconnect handlers wait for.
        _ = Task.Run(() => LeaveAsync(leaving, "server namespace disconnect"));
        await ValueTask.CompletedTask;
    }

    private void OnText(ReadOnlyMemory<byte> data)
    {
        if (_pending is not null)
        {
            Fail("a text packet came where an attachment was due");
            return;
        }

        ReadOnlySpan<byte> text = data.Span;
        if (PacketReader.Read(text, _server.Options.MaxAttachments, out PacketHeader header) is { } defect)
        {
            Fail(defect);
            return;
        }

        switch (header.Type)
        {
            case PacketType.Connect:
                OnConnect(text, header);
                break;
            case PacketType.Disconnect:
                OnDisconnect(text, header);
                break;
            case PacketType.Event or PacketType.Ack:
                OnPacket(text, header, null);
                break;
            case PacketType.BinaryEvent or PacketType.BinaryAck:
                _pending = new PendingPacket(data.ToArray(), header);
                break;
            default:
                Violate("a client does not send CONNECT_ERROR");
                break;
        }
    }

    private void OnAttachment(ReadOnlyMemory<byte> data)
    {
        if (_pending is not { } pending)
        {
            Fail("an attachment came without a packet that announced it");
            return;
        }

        pending.Attachments.Add(data.ToArray());
        if (pending.Attachments.Count == pending.Header.Attachments)
        {
            _pending = null;
            OnPacket(pending.Text, pending.Header, pending.Attachments);
        }
    }

    private void OnConnect(ReadOnlySpan<byte> text, PacketHeader header)
    {
        string name = NameOf(text, header);
        if (header.AckId is not null || !TryReadAuth(text[header.PayloadStart..], out JsonElement auth))
        {
            Fail("the payload of CONNECT is not an object, or holds text that is not valid Unicode");
            return;
        }

        Namespace? ns = _server.FindNamespace(name);
        if (ns is null && !_server.HasDynamicNamespaces)
        {
            SendConnectError(text[header.Namespace], "Invalid namespace", null);
            return;
        }

        lock (_sockets)
        {
            // The place is taken before the middleware runs: a second CONNECT meanwhile is one too many.
            if (_sockets.Count >= _server.Options.MaxNamespacesPerConnection && !_sockets.ContainsKey(name))
            {
                _server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxNamespacesPerConnection));
                SendConnectError(text[header.Namespace], "Too many namespaces", null);
                return;
            }

            if (!_sockets.TryAdd(name, null))
            {
                Violate($"it connected to {name} twice");
                return;
            }
        }

        JsonData data = auth.ValueKind == JsonValueKind.Undefined ? default : new JsonData(auth, [], _server.Serializer.Options);
        if (ns is null)
        {
            _ = ConnectToNewAsync(name, data);
        }
        else
        {
            Connect(ns, data);
        }
    }

    private async Task ConnectToNewAsync(string name, JsonData auth)
    {
        Namespace? ns = null;
        try
        {
            ns = await _server.CreateNamespaceAsync(name, auth);
        }
        catch (Exception exception)
        {
            _server.Log.NamespaceFailed(name, exception);
        }

        // Off the turn: the function may have awaited, or not.
        await Task.Yield();
        await _turn.WaitAsync();
        try
        {
            if (ns is null)
            {
                lock (_sockets)
                {
                    _sockets.Remove(name);
                }

                SendConnectError(Encoding.UTF8.GetBytes(name), "Invalid namespace", null);
            }
            else
            {
                Connect(ns, auth);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Connect(Namespace ns, JsonData auth)
    {
        var socket = new Socket(this, ns, _handshake.With(auth));
        Task admission = AdmitAsync(socket);
        if (admission.IsCompletedSuccessfully)
        {
            // In the same turn: the next packet may be an event for this socket.
            Join(socket);
        }
        else
        {
            _ = JoinLaterAsync(socket, admission);
        }
    }

    private static async Task AdmitAsync(Socket socket)
    {
        foreach (Func<Socket, Task> middleware in socket.Namespace.Middleware.ToArray())
        {
            await middleware(socket);
        }
    }

    private async Task JoinLaterAsync(Socket socket, Task admission)
    {
        try
        {
            await admission;
        }
        catch (ConnectionRefusedException refusal)
        {
            _server.Log.ConnectRefused(socket.Namespace.Name, socket.Id, refusal.Message);
            Refuse(socket, refusal.Message, refusal.Details);
            return;
        }
        catch (Exception exception)
        {
            _server.Log.MiddlewareFailed(socket.Namespace.Name, socket.Id, exception);
            Refuse(socket, "Internal server error", null);
            return;
        }

        await _turn.WaitAsync();
        try
        {
            Join(socket);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Refuse(Socket socket, string message, JsonElement? details)
    {
        lock (_sockets)
        {
            _sockets.Remove(socket.Namespace.Name);
        }

        SendConnectError(socket.Namespace.WireName, message, details);
    }

    private void Join(Socket socket)
    {
        lock (_sockets)
        {
            if (_isClosed)
            {
                // The client left while the middleware was running.
                return;
            }

            _sockets[socket.Namespace.Name] = socket;
        }

        // The answer is the first packet of the namespace, yet the client must not have it before the socket is in its
        // namespace and rooms: what it does next may be broadcast to them.
        Session.Cork();
        SendText(PacketType.Connect, socket.Namespace.WireName, Encoding.ASCII.GetBytes($$"""{"sid":"{{socket.Id}}"}"""));
        socket.Connect();
        foreach (Func<Socket, Task> handler in socket.Namespace.ConnectionHandlers.ToArray())
        {
            Track(Invoke(() => handler(socket)), "connection", socket);
        }

        Session.Uncork();
    }

    private void OnDisconnect(ReadOnlySpan<byte> text, PacketHeader header)
    {
        if (header.PayloadStart < text.Length || header.AckId is not null)
        {
            Fail("DISCONNECT has a payload");
            return;
        }

        Socket? socket;
        lock (_sockets)
        {
            string name = NameOf(text, header);
            if (_sockets.TryGetValue(name, out socket) && socket is not null)
            {
                _sockets.Remove(name);
            }
        }

        if (socket is not null)
        {
            _ = LeaveInTurnAsync([socket], "client namespace disconnect");
        }
    }

    private void OnPacket(ReadOnlySpan<byte> text, PacketHeader header, List<ReadOnlyMemory<byte>>? attachments)
    {
        if (FindSocket(text[header.Namespace]) is not { } socket)
        {
            Violate("it sent a packet for a namespace that it is not in");
            return;
        }

        bool isEvent = header.Type is PacketType.Event or PacketType.BinaryEvent;
        ReadOnlySpan<byte> json = text[header.PayloadStart..];
        if (EventPayload.Validate(json, _server.Serializer.MaxDepth, attachments?.Count ?? 0, _server.Options.MaxAttachments, isEvent) is { } defect)
        {
            Fail(defect);
            return;
        }

        IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
        AttachmentScope.Received = attachments ?? (IReadOnlyList<ReadOnlyMemory<byte>>)[];
        try
        {
            if (isEvent)
            {
                OnEvent(socket, json, header.AckId, attachments);
            }
            else if (header.AckId is { } id)
            {
                OnAck(socket, id, json);
            }
        }
        finally
        {
            AttachmentScope.Received = outer;
        }
    }

    private void OnEvent(Socket socket, ReadOnlySpan<byte> json, ulong? ackId, List<ReadOnlyMemory<byte>>? attachments)
    {
        if (!socket.HasEventMiddleware)
        {
            Dispatch(socket, json, ackId);
            return;
        }

        Task previous = socket.Filtering;
        (string name, IReadOnlyList<JsonData> arguments) = ReadEvent(json);
        Task filtering = previous.IsCompleted ? socket.RunEventMiddlewareAsync(name, arguments) : FilterAfterAsync(previous, socket, name, arguments);
        if (filtering.IsCompletedSuccessfully)
        {
            Dispatch(socket, json, ackId);
            return;
        }

        // The packet's own bytes are reused when this returns.
        socket.Filtering = DispatchAfterAsync(filtering, socket, name, json.ToArray(), ackId, attachments);
        Track(socket.Filtering, name, socket);
    }

    private static async Task FilterAfterAsync(Task previous, Socket socket, string name, IReadOnlyList<JsonData> arguments)
    {
        await previous;
        await socket.RunEventMiddlewareAsync(name, arguments);
    }

    private async Task DispatchAfterAsync(
        Task filtering, Socket socket, string name, byte[] json, ulong? ackId, List<ReadOnlyMemory<byte>>? attachments)
    {
        try
        {
            await filtering;
        }
        catch (Exception exception)
        {
            _server.Log.EventRefused(name, socket.Id, exception);
            return;
        }

        await _turn.WaitAsync();
        IReadOnlyList<ReadOnlyMemory<byte>> outer = AttachmentScope.Received;
        AttachmentScope.Received = attachments ?? (IReadOnlyList<ReadOnlyMemory<byte>>)[];
        try
        {
            if (socket.IsConnected)
            {
                Dispatch(socket, json, ackId);
            }
        }
        finally
        {
            AttachmentScope.Received = outer;
            _turn.Release();
        }
    }

    private (string Name, IReadOnlyList<JsonData> Arguments) ReadEvent(ReadOnlySpan<byte> json)
    {
        Utf8JsonReader reader = EventPayload.ReadArguments(json, _server.Serializer.MaxDepth, isEvent: true);
        var arguments = new List<JsonData>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            arguments.Add(new JsonData(JsonElement.ParseValue(ref reader), AttachmentScope.Received, _server.Serializer.Options));
        }

        return (EventPayload.ReadName(json, []).ToString(), arguments);
    }

    private void Dispatch(Socket socket, ReadOnlySpan<byte> json, ulong? ackId)
    {
        Span<char> buffer = stackalloc char[256];
        ReadOnlySpan<char> name = EventPayload.ReadName(json, buffer);
        EventListener[] listeners = socket.TakeListeners(name);
        if (socket.SeesEveryEvent)
        {
            (string eventName, IReadOnlyList<JsonData> all) = ReadEvent(json);
            foreach (Func<string, IReadOnlyList<JsonData>, Task> listener in socket.AnyListeners)
            {
                Track(Invoke(() => listener(eventName, all)), eventName, socket);
            }
        }

        if (listeners.Length == 0)
        {
            _server.Metrics.Unhandled();
            _server.Log.Unhandled(name.ToString(), socket.Id);
            return;
        }

        Ack ack = ackId is { } id ? new Ack(socket, id) : default;
        bool isTimed = _server.Metrics.TimesHandlers;
        bool isTraced = SocketIOActivities.HasListeners;
        string? reportedName = isTimed || isTraced ? name.ToString() : null;
        long start = isTimed ? Stopwatch.GetTimestamp() : 0;
        Activity? outer = isTraced ? Activity.Current : null;
        Activity? activity = isTraced ? SocketIOActivities.StartProcess(reportedName!, socket.Namespace.Name, socket.Id, _context) : null;
        List<Task>? running = null;
        Utf8JsonReader arguments = EventPayload.ReadArguments(json, _server.Serializer.MaxDepth, isEvent: true);
        foreach (EventListener listener in listeners)
        {
            if (!listener.TryTake())
            {
                continue;
            }

            try
            {
                var reader = new ArgumentReader(arguments, _server.Serializer.Options, ack);
                Task task = listener.InvokeAsync(ref reader);
                if (!task.IsCompletedSuccessfully)
                {
                    Track(task, name.ToString(), socket);
                    (running ??= []).Add(task);
                }
            }
            catch (JsonException exception)
            {
                SocketIOActivities.Fail(activity, exception);
                _server.Log.BadArgument(name.ToString(), socket.Id, exception);
            }
            catch (Exception exception)
            {
                SocketIOActivities.Fail(activity, exception);
                OnHandlerFailed(name.ToString(), socket, exception);
            }
        }

        if (reportedName is not null)
        {
            // The handlers have their own copy of the context; whoever reads the next packet must not inherit it.
            Activity.Current = outer;
            _ = ReportAsync(running, activity, reportedName, start);
        }
    }

    private async Task ReportAsync(List<Task>? running, Activity? activity, string eventName, long start)
    {
        foreach (Task task in running ?? [])
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (task.Exception is { } exception)
            {
                SocketIOActivities.Fail(activity, exception.InnerException ?? exception);
            }
        }

        if (start != 0)
        {
            _server.Metrics.HandlerRan(Stopwatch.GetElapsedTime(start), eventName);
        }

        activity?.Dispose();
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

    private static Task Invoke(Func<Task> handler)
    {
        try
        {
            return handler();
        }
        catch (Exception exception)
        {
            return Task.FromException(exception);
        }
    }

    private void Track(Task task, string eventName, Socket socket)
    {
        if (!task.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _running);
            _ = FinishAsync(task, eventName, socket);
        }
    }

    private async Task FinishAsync(Task task, string eventName, Socket socket)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            OnHandlerFailed(eventName, socket, exception);
        }

        if (Interlocked.Decrement(ref _running) == 0 && Volatile.Read(ref _isClosed))
        {
            _idle.TrySetResult();
        }

        Volatile.Read(ref _belowLimit)?.TrySetResult();
    }

    private void OnHandlerFailed(string eventName, Socket socket, Exception exception)
    {
        _server.Metrics.HandlerFailed();
        _server.Log.HandlerFailed(eventName, socket.Id, exception);
    }

    private async Task WaitBelowLimitAsync()
    {
        while (true)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _belowLimit, signal);
            if (Volatile.Read(ref _running) <= _server.Options.MaxRunningHandlers || !Session.IsOpen)
            {
                return;
            }

            await signal.Task;
        }
    }

    private async Task CloseSocketsAsync(string reason)
    {
        try
        {
            await CloseAllAsync(reason);
            await _idle.Task;
        }
        finally
        {
            _server.OnConnectionEnded();
        }
    }

    private async Task CloseAllAsync(string reason)
    {
        await _turn.WaitAsync();
        List<Socket> leaving;
        try
        {
            lock (_sockets)
            {
                _isClosed = true;
                leaving = [.. _sockets.Values.OfType<Socket>()];
                _sockets.Clear();
            }
        }
        finally
        {
            _turn.Release();
        }

        Volatile.Read(ref _belowLimit)?.TrySetResult();
        await LeaveAsync(leaving, reason);
        if (Volatile.Read(ref _running) == 0)
        {
            _idle.TrySetResult();
        }
    }

    private async Task LeaveAsync(List<Socket> sockets, string reason)
    {
        await _turn.WaitAsync();
        Task leaving;
        try
        {
            leaving = LeaveInTurnAsync(sockets, reason);
        }
        finally
        {
            _turn.Release();
        }

        await leaving;
    }

    private static Task LeaveInTurnAsync(List<Socket> sockets, string reason) =>
        Task.WhenAll(sockets.Select(socket => socket.OnClosedAsync(reason)));

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
            return _sockets.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out Socket? socket) ? socket : null;
        }
    }

    private static string NameOf(ReadOnlySpan<byte> text, PacketHeader header) =>
        text[header.Namespace].IsEmpty ? "/" : Encoding.UTF8.GetString(text[header.Namespace]);

    private bool TryReadAuth(ReadOnlySpan<byte> json, out JsonElement auth)
    {
        auth = default;
        if (json.IsEmpty)
        {
            return true;
        }

        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = _server.Serializer.MaxDepth });
            reader.Read();
            Utf8JsonReader tokens = reader;
            auth = JsonElement.ParseValue(ref reader);
            if (auth.ValueKind != JsonValueKind.Object || reader.Read())
            {
                return false;
            }

            while (tokens.Read())
            {
                if (tokens.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !JsonText.IsWellFormed(ref tokens))
                {
                    return false;
                }
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void SendConnectError(ReadOnlySpan<byte> ns, string message, JsonElement? details)
    {
        string data = details is { } element ? $",\"data\":{element.GetRawText()}" : "";
        SendText(PacketType.ConnectError, ns, Encoding.UTF8.GetBytes($"{{\"message\":\"{JsonEncodedText.Encode(message)}\"{data}}}"));
    }

    private void SendText(PacketType type, ReadOnlySpan<byte> ns, ReadOnlySpan<byte> json)
    {
        Span<byte> header = stackalloc byte[PacketHeaderWriter.MaxLengthWithoutNamespace + SocketIOServer.MaxNamespaceLength];
        if (ns.Length > SocketIOServer.MaxNamespaceLength)
        {
            ns = ns[..SocketIOServer.MaxNamespaceLength];
        }

        int length = PacketHeaderWriter.Write(header, type, 0, ns, null);
        Session.Send(OutboundMessage.FromPacket(EnginePacketType.Message, [.. header[..length], .. json]));
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

    /// <summary>A packet whose attachments are still arriving.</summary>
    private sealed record PendingPacket(byte[] Text, PacketHeader Header)
    {
        public List<ReadOnlyMemory<byte>> Attachments { get; } = new(Header.Attachments);
    }
}
