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

    private void OnConnect(ReadOnlySpan<byte> text, PacketHeader header)
    {
        string name = NameOf(text, header);
        if (header.AckId is not null || !TryReadAuth(text[header.PayloadStart..], out JsonElement auth))
        {
            Fail("the payload of CONNECT is not an object, or holds text that is not valid Unicode");
            return;
        }

        if (text[header.Namespace].Length > SocketIOServer.MaxNamespaceLength)
        {
            Fail($"a namespace has more than {SocketIOServer.MaxNamespaceLength} bytes");
            return;
        }

        if (_server.FindNamespace(name) is null && !_server.HasDynamicNamespaces)
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
                Violate($"it connected to {LogText.Clean(name)} twice");
                return;
            }
        }

        JsonData data = auth.ValueKind == JsonValueKind.Undefined ? default : new JsonData(auth, [], _server.Serializer.Options);
        if (_server.Enter(name) is { } ns)
        {
            Connect(ns, data);
        }
        else
        {
            _ = ConnectToNewAsync(name, data);
        }
    }

    private async Task ConnectToNewAsync(string name, JsonData auth)
    {
        Namespace? ns = null;
        try
        {
            ns = await _server.EnterNewAsync(name, auth);
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

        _server.OnEntered(socket.Namespace);
        SendConnectError(socket.Namespace.WireName, message, details);
    }

    private void Join(Socket socket)
    {
        lock (_sockets)
        {
            if (_isClosed)
            {
                // The client left while the middleware was running.
                _server.OnEntered(socket.Namespace);
                return;
            }

            _sockets[socket.Namespace.Name] = socket;
        }

        // The answer is the first packet of the namespace, yet the client must not have it before the socket is in its
        // namespace and rooms: what it does next may be broadcast to them.
        _hasJoined = true;
        using EngineSession.Corked cork = Session.Cork();
        SendText(PacketType.Connect, socket.Namespace.WireName, Encoding.ASCII.GetBytes($$"""{"sid":"{{socket.Id}}"}"""));
        socket.Connect();
        _server.OnEntered(socket.Namespace);
        foreach (Func<Socket, Task> handler in socket.Namespace.ConnectionHandlers.ToArray())
        {
            _handlers.Run(() => SocketIOActivities.HasListeners ? RunTracedAsync(handler, socket) : handler(socket), eventName: null, socket);
        }
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

    private async Task CloseSocketsAsync(string reason)
    {
        SocketIOActivities.LeaveRequest();
        try
        {
            await CloseAllAsync(reason);
            await _handlers.WaitIdleAsync();
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

        _handlers.Close();
        await LeaveAsync(leaving, reason);
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
}
