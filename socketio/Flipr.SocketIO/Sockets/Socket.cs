using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Flipr.SocketIO.EngineIO;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <summary>One client in one namespace.</summary>
/// <remarks>
/// Handlers start in the order in which the events arrived; the next one starts when the one before has returned or first
/// awaited. Blocking in a handler blocks this connection alone. An exception is logged and leaves the connection as it is.
/// What a handler returns answers the event, if the client asked for an answer; or it answers by its <see cref="Ack"/>.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "The token source has neither timer nor wait handle, and its token is used after the disconnect.")]
public sealed partial class Socket : EventEmitter
{
    // The socket whose OnDisconnecting runs here.
    private static readonly AsyncLocal<Socket?> Disconnecting = new();

    private readonly ClientConnection _connection;
    private readonly SocketEmitter _emitter;
    private readonly Dictionary<string, EventListener[]> _listeners = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, object?>? _data;
    private AsyncServiceScope? _scope;
    private CancellationTokenSource? _disconnected;
    private BeforeConnect? _before;
    private ClaimsPrincipal? _user;

    // The rooms that the server's disconnect has taken it out of; only who is told of the disconnect sees them once more.
    private IReadOnlyCollection<string>? _roomsLeft;
    private bool _hasDisconnected;
    private bool _areServicesDisposed;
    private Phase _phase;

    // What keeps the services alive: the socket itself until its end has been told, and each handler that runs.
    private int _uses = 1;
    private Func<string, Task>[] _disconnecting = [];
    private Func<string, Task>[] _disconnect = [];

    internal Socket(ClientConnection connection, Namespace ns, Handshake handshake)
    {
        _connection = connection;
        Namespace = ns;
        Handshake = handshake;
        Id = SessionId.Create();
        _emitter = new SocketEmitter(this);
    }

    /// <summary>The socket's id: of its own in every namespace, never the connection's. Also the name of a room that only this socket is in.</summary>
    public string Id { get; }

    /// <summary>The namespace it is in.</summary>
    public Namespace Namespace { get; }

    /// <summary>The request that opened the connection, and what the client sent as <c>auth</c>.</summary>
    public Handshake Handshake { get; }

    /// <summary>
    /// Whose socket it is: the user of the handshake, or of the CONNECT's token (<see cref="Namespace.AuthenticateConnect(string)"/>), or whom middleware
    /// has made it. Middleware may set it; from the connection on it is fixed: handlers run side by side, and it is this user who was let in.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is set, and the socket has connected or was refused.</exception>
    /// <exception cref="ArgumentNullException">It is set to <see langword="null"/>.</exception>
    public ClaimsPrincipal User
    {
        get => System.Threading.Volatile.Read(ref _user) ?? Handshake.User;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            lock (_listeners)
            {
                if (_phase != Phase.Entering)
                {
                    throw new InvalidOperationException(
                        $"Socket {Id} {(_phase == Phase.Connected ? "has connected" : "has gone")}: its user is set in middleware of the namespace, before. Another user is another connection.");
                }

                System.Threading.Volatile.Write(ref _user, value);
            }
        }
    }

    /// <summary>When the ticket of its CONNECT's token expires, as the engine counts time.</summary>
    internal long Expiry { get; set; } = EngineClock.Never;

    /// <summary>Whatever the application wants to remember with the socket.</summary>
    public IDictionary<string, object?> Data => LazyInitializer.EnsureInitialized(ref _data, static () => new ConcurrentDictionary<string, object?>(StringComparer.Ordinal));

    /// <summary>Services with the lifetime of this socket; disposed after it has disconnected and the last of its handlers has ended.</summary>
    /// <exception cref="ObjectDisposedException">They have been disposed.</exception>
    public IServiceProvider Services
    {
        get
        {
            lock (_listeners)
            {
                if (_areServicesDisposed)
                {
                    throw new ObjectDisposedException(
                        nameof(Services),
                        $"The services of socket {Id} have been disposed: it has disconnected, or was refused, and its handlers have ended. What outlives a socket takes services of a scope of its own (IServiceScopeFactory).");
                }

                return (_scope ??= Namespace.Server.Services.CreateAsyncScope()).ServiceProvider;
            }
        }
    }

    /// <summary>Whether the socket is connected to its namespace.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Cancelled when the socket has disconnected: pass it to what a handler waits for. In middleware, when the client leaves before the socket has connected.</summary>
    public CancellationToken Disconnected
    {
        get
        {
            lock (_listeners)
            {
                return _hasDisconnected ? new CancellationToken(canceled: true) : (_disconnected ??= new CancellationTokenSource()).Token;
            }
        }
    }

    /// <summary>The transport in use: <c>polling</c> or <c>websocket</c>.</summary>
    public string Transport => _connection.Session.Transport.Name;

    /// <summary>Bytes that wait to be sent to this client, over all its namespaces. What the system holds for the connection is not counted.</summary>
    /// <remarks>To await what is emitted to the socket is the simplest way to keep this low.</remarks>
    public long BufferedBytes => _connection.Session.MeasureOutbound().Bytes;

    /// <summary>The rooms it is in, the one with its own id included.</summary>
    /// <remarks>In middleware those that it has joined so far. For <see cref="OnDisconnecting(Func{string, Task})"/> those that it was in.</remarks>
    public IReadOnlyCollection<string> Rooms
    {
        get
        {
            lock (_listeners)
            {
                if (_phase == Phase.Entering)
                {
                    return _before is null ? [] : [.. _before.Rooms];
                }

                if (_roomsLeft is { } left && Disconnecting.Value == this)
                {
                    return left;
                }
            }

            return Namespace.Rooms.RoomsOf(Id, this);
        }
    }

    /// <summary>Everyone in the namespace but this socket.</summary>
    public Broadcast Broadcast => new Broadcast(Namespace.Scope).WithoutRoom(Id);

    /// <summary>Emits to this client; dropped if it is not ready to receive.</summary>
    public SocketEmitter AsVolatile => _emitter.AsVolatile;

    /// <summary>What the application remembers with it, as it is now.</summary>
    internal IReadOnlyDictionary<string, object?> SnapshotData() =>
        Volatile.Read(ref _data) is { } data ? new Dictionary<string, object?>(data, StringComparer.Ordinal) : System.Collections.ObjectModel.ReadOnlyDictionary<string, object?>.Empty;

    internal PendingAcks PendingAcks { get; } = new();

    internal ClientConnection Connection => _connection;

    internal override SocketIOSerializer Serializer => Namespace.Server.Serializer;

    /// <summary>Everyone in the room but this socket.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast To(string room) => Broadcast.To(room);

    /// <summary>Everyone in one of the rooms but this socket; nobody, if none is named.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast To(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast In(string room) => Broadcast.To(room);

    /// <summary>The same as <see cref="To(ReadOnlySpan{string})"/>.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast In(params ReadOnlySpan<string> rooms) => Broadcast.To(rooms);

    /// <summary>Everyone but this socket and those in the rooms.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast Except(params ReadOnlySpan<string> rooms) => Broadcast.Except(rooms);

    /// <summary>Everyone but this socket, on this server.</summary>
    public Broadcast Local => Broadcast.Local;

    /// <summary>Everyone but this socket and those in the room.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast Except(string room) => Broadcast.Except(room);

    /// <summary>Emits to this client, compressed or not where the transport compresses.</summary>
    /// <param name="compress"><see langword="false"/> for data that is compressed already.</param>
    public SocketEmitter Compress(bool compress) => _emitter.Compress(compress);

    /// <summary>Emits to this client with a limit to the time its answer may take.</summary>
    /// <param name="timeout">The limit.</param>
    /// <example><code>string answer = await socket.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync&lt;string&gt;("question");</code></example>
    public SocketEmitter Timeout(TimeSpan timeout) => _emitter.Timeout(timeout);

    /// <summary>Emits an event with one argument and waits for the client's answer, as long as the socket is connected.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument. An array is one argument; it is serialised as its own type, whatever type the variable has.</param>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public Task<T> EmitWithAckAsync<T>(string eventName, object? argument) => _emitter.EmitWithAckAsync<T>(eventName, argument);

    /// <summary>Emits an event and waits for the client's answer, as long as the socket is connected.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overload above takes it as one argument.
    public Task<T> EmitWithAckAsync<T>(string eventName, params ReadOnlySpan<object?> arguments) =>
        _emitter.EmitWithAckAsync<T>(eventName, arguments);

    /// <summary>Joins a room. In middleware, the socket is in it when it has connected.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name: perhaps the client sent none.</exception>
    /// <exception cref="InvalidOperationException">The socket is in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows.</exception>
    public ValueTask JoinAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        int limit = Namespace.Server.Options.MaxRoomsPerSocket;
        return TryJoinBefore(room, limit) switch
        {
            true => ValueTask.CompletedTask,
            false => throw TooManyRooms(limit),
            null => Namespace.Adapter.JoinAsync(Id, [room]),
        };
    }

    /// <summary>Leaves a room; nothing happens if the socket is not in it.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name.</exception>
    public ValueTask LeaveAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return TryLeaveBefore(room) ? ValueTask.CompletedTask : Namespace.Adapter.LeaveAsync(Id, [room]);
    }

    /// <summary>Called when the socket is about to disconnect, while it is still in its rooms.</summary>
    /// <param name="handler">Called with the reason.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public void OnDisconnecting(Func<string, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_listeners)
        {
            _disconnecting = [.. _disconnecting, handler];
        }
    }

    /// <inheritdoc cref="OnDisconnecting(Func{string, Task})"/>
    public void OnDisconnecting(Action<string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnDisconnecting(reason =>
        {
            handler(reason);
            return Task.CompletedTask;
        });
    }

    /// <summary>Called when the socket has disconnected and left its rooms.</summary>
    /// <param name="handler">Called with the reason, in Socket.IO's words: <c>transport close</c>, <c>ping timeout</c>, <c>client namespace disconnect</c> ...</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public void OnDisconnect(Func<string, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_listeners)
        {
            _disconnect = [.. _disconnect, handler];
        }
    }

    /// <inheritdoc cref="OnDisconnect(Func{string, Task})"/>
    public void OnDisconnect(Action<string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnDisconnect(reason =>
        {
            handler(reason);
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Disconnects the client from this namespace, or altogether. The client does not reconnect by itself. The socket is in no room any more when this
    /// returns; its disconnect handlers run later, in turn. A socket that is still in middleware is kept out by an exception there, not by this.
    /// </summary>
    /// <param name="close">Whether to end the connection with all its namespaces.</param>
    public ValueTask DisconnectAsync(bool close = false)
    {
        _connection.Disconnect(this, close);
        return ValueTask.CompletedTask;
    }

    internal void Send(OutboundMessage message, bool isVolatile, List<EngineSession>? unflushed = null)
    {
        if (IsConnected)
        {
            _connection.Session.Send(message, isVolatile, unflushed);
        }
        else
        {
            SendBefore(message, isVolatile, unflushed);
        }
    }

    /// <summary>How packets look on its connection.</summary>
    internal IPacketParser Parser => _connection.Parser;

    /// <summary>Joins a room as far as this server is concerned.</summary>
    /// <exception cref="InvalidOperationException">The socket is in as many rooms as it may be.</exception>
    internal void JoinLocal(string room)
    {
        int limit = Namespace.Server.Options.MaxRoomsPerSocket;
        if (!Namespace.Rooms.Join(Id, this, room, limit) && IsConnected)
        {
            throw TooManyRooms(limit);
        }
    }

    /// <summary>Sends and, unless the message is volatile, waits until little waits for the client.</summary>
    internal ValueTask SendAsync(OutboundMessage message, bool isVolatile)
    {
        if (IsConnected && !isVolatile)
        {
            return _connection.Session.SendAsync(message);
        }

        Send(message, isVolatile);
        return ValueTask.CompletedTask;
    }

    /// <summary>The socket is in its namespace from now on. Called once, under the connection's turn, when the CONNECT packet has been queued.</summary>
    internal void Connect()
    {
        BeforeConnect? before;
        lock (_listeners)
        {
            // Whoever sends to it meanwhile, as to a member of the namespace, waits for the lock.
            Namespace.Rooms.Add(Id, this);
            before = _before;
            _before = null;
            foreach (OutboundMessage message in before?.Messages ?? [])
            {
                _connection.Session.Send(message);
                message.Release();
            }

            _phase = Phase.Connected;
            IsConnected = true;
        }

        foreach (string room in before?.Rooms ?? [])
        {
            Namespace.Rooms.Join(Id, this, room, int.MaxValue);
        }
    }

    /// <summary>The server has ended the socket, whose handlers are yet to hear of it: it is neither connected nor in any room from now on. One that has yet to connect stays as it is.</summary>
    internal void Leave() => Leave(keepsRooms: true);

    /// <summary>The socket has left its namespace: tells the handlers. Called once, under the connection's turn.</summary>
    internal async Task OnClosedAsync(string reason)
    {
        Disconnecting.Value = this;
        try
        {
            await RunAsync(_disconnecting, reason);
        }
        finally
        {
            // These run code of the application, too: whatever it throws, the disconnect handlers hear of the end.
            Disconnecting.Value = null;
            try
            {
                await RunAsync([_ => EndAsync(), _ => CancelDisconnectedAsync(), .. _disconnect], reason);
            }
            finally
            {
                await EndUseAsync();
            }
        }

        Task EndAsync()
        {
            try
            {
                Leave(keepsRooms: false);
            }
            finally
            {
                PendingAcks.FailAll(new SocketDisconnectedException(Id, reason));
                Namespace.Server.OnSocketLeft(Namespace);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>The socket will not connect: it was refused, or its client has left.</summary>
    internal async Task OnRefusedAsync(string reason)
    {
        BeforeConnect? before;
        lock (_listeners)
        {
            _phase = Phase.Gone;
            before = _before;
            _before = null;
            CountOutgoingLocked();
        }

        before?.Messages.ForEach(static message => message.Release());
        PendingAcks.FailAll(new SocketDisconnectedException(Id, reason));
        try
        {
            await RunAsync([_ => CancelDisconnectedAsync()], reason);
        }
        finally
        {
            await EndUseAsync();
        }
    }

    /// <summary>The client has left before the socket has connected: the middleware need not wait any longer.</summary>
    internal async Task OnClientLeftAsync(string reason)
    {
        Task cancelling = RunAsync([_ => CancelDisconnectedAsync()], reason);
        PendingAcks.FailAll(new SocketDisconnectedException(Id, reason));
        await cancelling;
    }

    /// <summary>Whether the client has left, or the socket was disconnected.</summary>
    internal bool HasDisconnected
    {
        get
        {
            lock (_listeners)
            {
                return _hasDisconnected;
            }
        }
    }

    /// <summary>A handler runs on: the services live at least until <see cref="EndUseAsync"/>.</summary>
    internal void BeginUse() => Interlocked.Increment(ref _uses);

    /// <summary>The handler has ended; with the last one of a socket that has gone, its services are disposed.</summary>
    internal async ValueTask EndUseAsync()
    {
        if (Interlocked.Decrement(ref _uses) > 0)
        {
            return;
        }

        AsyncServiceScope? scope;
        lock (_listeners)
        {
            _areServicesDisposed = true;
            scope = _scope;
            _scope = null;
        }

        try
        {
            await (scope?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        catch (Exception exception)
        {
            Namespace.Server.Log.ServicesFailed(Id, exception);
        }
    }

    /// <summary>Registers an answer that this client owes, and returns its ack id.</summary>
    internal ulong OweAck(PendingAck ack)
    {
        ulong id;
        try
        {
            id = PendingAcks.Add(ack, Namespace.Server.Options.MaxPendingAcks);
        }
        catch (InvalidOperationException)
        {
            Namespace.Server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxPendingAcks));
            throw;
        }

        if (ack.Deadline != EngineClock.Never)
        {
            _connection.Session.ScheduleHandler(ack.Deadline);
        }

        return id;
    }

    /// <summary>The span of the connection.</summary>
    internal ActivityContext ConnectionSpan => _connection.Span;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => _emitter.SendEventAsync(eventName, writer);

    private void Leave(bool keepsRooms)
    {
        lock (_listeners)
        {
            if (keepsRooms && _phase != Phase.Connected)
            {
                return;
            }

            _roomsLeft = keepsRooms ? Namespace.Rooms.RoomsOf(Id, this) : null;
            _phase = Phase.Gone;
            IsConnected = false;
            CountOutgoingLocked();
        }

        Namespace.Rooms.Remove(Id, this);
    }

    /// <returns>Whether the socket will be in the room when it has connected; <see langword="null"/> if it has.</returns>
    private bool? TryJoinBefore(string room, int limit)
    {
        lock (_listeners)
        {
            if (_phase != Phase.Entering)
            {
                return null;
            }

            HashSet<string> rooms = (_before ??= new BeforeConnect()).Rooms;
            return room == Id || rooms.Contains(room) || (rooms.Count < limit && rooms.Add(room));
        }
    }

    private bool TryLeaveBefore(string room)
    {
        lock (_listeners)
        {
            _before?.Rooms.Remove(room);
            return _phase == Phase.Entering;
        }
    }

    private void SendBefore(OutboundMessage message, bool isVolatile, List<EngineSession>? unflushed)
    {
        bool hasConnected;
        lock (_listeners)
        {
            hasConnected = _phase == Phase.Connected;
            if (_phase == Phase.Gone)
            {
                return;
            }

            if (_phase == Phase.Entering && (isVolatile || (_before ??= new BeforeConnect()).TryKeep(message, Namespace.Server.Options.MaxOutboundBytes)))
            {
                return;
            }
        }

        if (hasConnected)
        {
            // Meanwhile.
            _connection.Session.Send(message, isVolatile, unflushed);
        }
        else
        {
            _connection.Session.CloseOverLimit();
        }
    }

    private InvalidOperationException TooManyRooms(int limit)
    {
        Namespace.Server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxRoomsPerSocket));
        return new InvalidOperationException($"Socket {Id} is in {limit} rooms and cannot join another (option MaxRoomsPerSocket).");
    }

    private Task CancelDisconnectedAsync()
    {
        CancellationTokenSource? disconnected;
        lock (_listeners)
        {
            _hasDisconnected = true;
            disconnected = _disconnected;
        }

        return disconnected?.CancelAsync() ?? Task.CompletedTask;
    }

    private async Task RunAsync(Func<string, Task>[] handlers, string reason)
    {
        foreach (Func<string, Task> handler in handlers)
        {
            try
            {
                await handler(reason);
            }
            catch (Exception exception)
            {
                Namespace.Server.Metrics.HandlerFailed();
                Namespace.Server.Log.DisconnectHandlerFailed(Id, exception);
            }
        }
    }

    private enum Phase : byte
    {
        Entering,
        Connected,
        Gone,
    }
}
