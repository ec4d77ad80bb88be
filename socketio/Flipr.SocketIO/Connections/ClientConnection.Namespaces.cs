using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

// Joining namespaces, and leaving them.
internal sealed partial class ClientConnection
{
    private const string ClientLeft = "the client left while it was being asked in";

    /// <summary>
    /// Takes a socket out of its namespace, on the server's behalf. It has left when this returns; its disconnect handlers run in turn, as a handler
    /// that disconnects its own socket holds the turn that they wait for.
    /// </summary>
    public void Disconnect(Socket socket, bool close, string reason = "server namespace disconnect")
    {
        List<Socket> leaving = [];
        lock (_sockets)
        {
            foreach ((string name, Socket? joined) in _sockets)
            {
                if (joined is { IsConnected: true } && (close || joined == socket) && _sockets.Remove(name))
                {
                    leaving.Add(joined);
                }
            }

            if (leaving.Count > 0)
            {
                // Before the connection can end without knowing of it.
                _handlers.Begin();
            }
        }

        try
        {
            foreach (Socket left in leaving)
            {
                left.Leave();
                Send(PacketType.Disconnect, left.Namespace.WireName, []);
            }

            // Even if the connection is ending already, and the handlers hear of that.
            socket.Leave();
            if (close)
            {
                Session.Close(CloseReason.ForcedServerClose);
            }
        }
        finally
        {
            if (leaving.Count > 0)
            {
                _handlers.Own(Task.Run(() => LeaveAsync(leaving, reason)), Session.Id);
                _handlers.End();
            }
        }
    }

    private void OnConnect(DecodedPacket packet)
    {
        string name = NameOf(packet);
        if (packet.AckId is not null)
        {
            Fail("CONNECT has an ack id");
            return;
        }

        ReadOnlySpan<byte> auth = packet.Json;
        if (ConnectPayload.Validate(auth, _server.Serializer.MaxDepth) is { } defect)
        {
            Fail(defect);
            return;
        }

        if (packet.Namespace.Length > SocketIOServer.MaxNamespaceLength)
        {
            Fail($"a namespace has more than {SocketIOServer.MaxNamespaceLength} bytes");
            return;
        }

        if (_server.FindNamespace(name) is null && !_server.HasDynamicNamespaces)
        {
            SendConnectError(packet.Namespace, SocketIOServer.InvalidNamespace, null);
            return;
        }

        if (auth.Length > _server.Options.MaxAuthBytes)
        {
            _server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxAuthBytes));
            _server.Log.AuthTooLarge(Session.Id, LogText.Clean(name), auth.Length, _server.Options.MaxAuthBytes);
            SendConnectError(packet.Namespace, "Auth too large", null);
            return;
        }

        lock (_sockets)
        {
            // The place is taken before the middleware runs: a second CONNECT meanwhile is one too many.
            if (_sockets.Count >= _server.Options.MaxNamespacesPerConnection && !_sockets.ContainsKey(name))
            {
                _server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxNamespacesPerConnection));
                SendConnectError(packet.Namespace, "Too many namespaces", null);
                return;
            }

            if (!_sockets.TryAdd(name, null))
            {
                Violate($"it connected to {LogText.Clean(name)} twice");
                return;
            }
        }

        JsonData data = auth.IsEmpty ? default : new JsonData(auth.ToArray(), _server.Serializer.Options);
        Namespace? ns = _server.Enter(name);
        if (ns is { Opening: null })
        {
            Connect(ns, data);
        }
        else
        {
            _handlers.Own(ConnectToNewAsync(ns, name, data), Session.Id);
        }
    }

    private async Task ConnectToNewAsync(Namespace? ns, string name, JsonData auth)
    {
        string? refusal = SocketIOServer.InvalidNamespace;
        try
        {
            if (ns is null)
            {
                (ns, refusal) = await _server.EnterNewAsync(name, auth);
            }
            else if (ns.Opening is { } opening && !await opening)
            {
                _server.OnEntered(ns);
                ns = null;
            }
        }
        catch (Exception exception)
        {
            _server.Log.NamespaceFailed(LogText.Clean(name), exception);
        }

        // Off the turn: the function may have awaited, or not.
        await Task.Yield();
        await _turn.WaitAsync();
        try
        {
            if (ns is null)
            {
                Forget(name);
                SendConnectError(Encoding.UTF8.GetBytes(name), refusal ?? SocketIOServer.InvalidNamespace, null);
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
        bool hasLeft;
        lock (_sockets)
        {
            hasLeft = _isClosed;
            if (!hasLeft)
            {
                // Not connected, but there: if the client leaves, the middleware's token is cancelled.
                _sockets[ns.Name] = socket;
            }
        }

        if (hasLeft)
        {
            // While its namespace was being made: nobody is there to be asked about.
            _server.OnEntered(ns);
            _handlers.Own(socket.OnRefusedAsync(ClientLeft), Session.Id);
            return;
        }

        Task admission = AdmitAsync(socket);
        if (admission.IsCompletedSuccessfully)
        {
            // In the same turn: the next packet may be an event for this socket.
            if (!TryJoin(socket))
            {
                _handlers.Own(socket.OnRefusedAsync(ClientLeft), Session.Id);
            }
        }
        else
        {
            _handlers.Own(JoinLaterAsync(socket, admission), Session.Id);
        }
    }

    private static async Task AdmitAsync(Socket socket)
    {
        if (!await socket.Namespace.HasStarted.WaitAsync(socket.Disconnected))
        {
            throw new InvalidOperationException($"The adapter of namespace {socket.Namespace.Name} has not started, so nobody can join it.");
        }

        ConnectGate gate = socket.Namespace.Gate;
        if (gate != ConnectGate.Open)
        {
            await gate.AdmitAsync(socket);
        }

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
        catch (Exception exception)
        {
            await RefuseAsync(socket, exception);
            return;
        }

        bool hasJoined;
        await _turn.WaitAsync();
        try
        {
            hasJoined = TryJoin(socket);
        }
        finally
        {
            _turn.Release();
        }

        if (!hasJoined)
        {
            await socket.OnRefusedAsync(ClientLeft);
        }
    }

    private async Task RefuseAsync(Socket socket, Exception exception)
    {
        Namespace ns = socket.Namespace;
        string message = "Internal server error";
        JsonElement? details = null;
        try
        {
            switch (exception)
            {
                case ConnectionRefusedException { Cause: { } cause } refusal:
                    (message, details) = (refusal.Message, refusal.Details);
                    _server.Log.NotAdmitted(ns.Name, socket.Id, cause);
                    break;
                case ConnectionRefusedException refusal:
                    (message, details) = (refusal.Message, refusal.Details);
                    _server.Log.ConnectRefused(ns.Name, socket.Id, refusal.Message);
                    break;
                case UnreadableDataException:
                    message = "Invalid auth";
                    _server.Log.AuthUnreadable(ns.Name, socket.Id, LogText.Clean(exception.Message, maxLength: 300));
                    break;
                case OperationCanceledException or SocketDisconnectedException when socket.HasDisconnected:
                    _server.Log.AdmissionEnded(ns.Name, socket.Id, exception.Message);
                    break;
                default:
                    _server.Log.MiddlewareFailed(ns.Name, socket.Id, exception);
                    break;
            }
        }
        finally
        {
            // In the turn if the middleware threw at once: the answer to the next packet comes after this one.
            try
            {
                Forget(ns.Name);
                _server.OnEntered(ns);
                SendConnectError(ns.WireName, message, details);
            }
            finally
            {
                await socket.OnRefusedAsync("refused");
            }
        }
    }

    private void Forget(string name)
    {
        lock (_sockets)
        {
            _sockets.Remove(name);
        }

        if (!_hasJoined)
        {
            // Its time may have run out while it was being asked for.
            Session.ScheduleHandler(_connectDeadline);
        }
    }

    private bool TryJoin(Socket socket)
    {
        lock (_sockets)
        {
            if (_isClosed || !Session.IsOpen)
            {
                // The client left while the middleware was running.
                _server.OnEntered(socket.Namespace);
                return false;
            }
        }

        // The answer is the first packet of the namespace, yet the client must not have it before the socket is in its
        // namespace and rooms: what it does next may be broadcast to them.
        _hasJoined = true;
        using EngineSession.Corked cork = Session.Cork();
        Send(PacketType.Connect, socket.Namespace.WireName, Encoding.ASCII.GetBytes($$"""{"sid":"{{socket.Id}}"}"""));
        socket.Connect();
        if (socket.Expiry != EngineClock.Never)
        {
            Session.ScheduleHandler(socket.Expiry);
        }

        _server.OnEntered(socket.Namespace);
        foreach (Func<Socket, Task> handler in socket.Namespace.ConnectionHandlers.ToArray())
        {
            _handlers.Run(() => SocketIOActivities.HasListeners ? RunTracedAsync(handler, socket) : handler(socket), eventName: null, socket);
        }

        return true;
    }

    // "connection" is what Socket.IO calls this event.
    private async Task RunTracedAsync(Func<Socket, Task> handler, Socket socket)
    {
        using Activity? activity = SocketIOActivities.StartProcess("connection", socket.Namespace.Name, socket.Id, Span);
        using IDisposable? scope = _server.Log.BeginHandler(socket.Id, socket.Namespace.Name, "connection");
        try
        {
            await handler(socket);
        }
        catch (Exception exception)
        {
            SocketIOActivities.Fail(activity, exception);
            throw;
        }
    }

    private void OnDisconnect(DecodedPacket packet)
    {
        if (!packet.Json.IsEmpty || packet.AckId is not null)
        {
            Fail("DISCONNECT has a payload");
            return;
        }

        Socket? leaving = null;
        lock (_sockets)
        {
            // Whoever takes a connected socket out of the list is the one who tells its handlers.
            string name = NameOf(packet);
            if (_sockets.TryGetValue(name, out Socket? socket) && socket is { IsConnected: true } && _sockets.Remove(name))
            {
                leaving = socket;
            }
        }

        if (leaving is not null)
        {
            _handlers.Own(LeaveInTurnAsync([leaving], "client namespace disconnect"), Session.Id);
        }
    }

    private async Task CloseSocketsAsync(string reason)
    {
        SocketIOActivities.LeaveRequest();
        try
        {
            try
            {
                await CloseAllAsync(reason);
            }
            finally
            {
                await _handlers.WaitIdleAsync();
                await _events.DisposeAsync();
            }
        }
        catch (Exception exception)
        {
            _server.Log.TaskFailed(Session.Id, exception);
        }
        finally
        {
            _server.OnConnectionEnded();
        }
    }

    private async Task CloseAllAsync(string reason)
    {
        await _turn.WaitAsync();
        List<Socket> leaving = [];
        List<Socket> entering = [];
        try
        {
            lock (_sockets)
            {
                // Whoever takes a connected socket out of the list is the one who tells its handlers: what it is, is asked here and not again.
                _isClosed = true;
                foreach (Socket socket in _sockets.Values.OfType<Socket>())
                {
                    (socket.IsConnected ? leaving : entering).Add(socket);
                }

                _sockets.Clear();
            }
        }
        finally
        {
            _turn.Release();
        }

        _handlers.Close();
        await Task.WhenAll([LeaveAsync(leaving, reason), .. entering.Select(socket => socket.OnClientLeftAsync(reason))]);
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

    private void SendConnectError(ReadOnlySpan<byte> ns, string message, JsonElement? details)
    {
        string data = details is { } element ? $",\"data\":{element.GetRawText()}" : "";
        Send(PacketType.ConnectError, ns, Encoding.UTF8.GetBytes($"{{\"message\":\"{JsonEncodedText.Encode(message)}\"{data}}}"));
    }
}
