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
/// What a handler returns is not sent: it answers by its <see cref="Ack"/>.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "The token source has neither timer nor wait handle, and its token is used after the disconnect.")]
public sealed partial class Socket : EventEmitter
{
    private readonly ClientConnection _connection;
    private readonly SocketEmitter _emitter;
    private readonly Dictionary<string, EventListener[]> _listeners = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, object?>? _data;
    private AsyncServiceScope? _scope;
    private CancellationTokenSource? _disconnected;
    private bool _hasDisconnected;
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

    /// <summary>Who authenticated the connection.</summary>
    public ClaimsPrincipal User => Handshake.User;

    /// <summary>Whatever the application wants to remember with the socket.</summary>
    public IDictionary<string, object?> Data => LazyInitializer.EnsureInitialized(ref _data, static () => new ConcurrentDictionary<string, object?>(StringComparer.Ordinal));

    /// <summary>Services with the lifetime of this socket; disposed after it has disconnected.</summary>
    public IServiceProvider Services
    {
        get
        {
            lock (_listeners)
            {
                return (_scope ??= Namespace.Server.Services.CreateAsyncScope()).ServiceProvider;
            }
        }
    }

    /// <summary>Whether the socket is connected to its namespace.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Cancelled when the socket has disconnected: pass it to what a handler waits for.</summary>
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
    public IReadOnlyCollection<string> Rooms => Namespace.Rooms.RoomsOf(Id, this);

    /// <summary>Everyone in the namespace but this socket.</summary>
    public Broadcast Broadcast => new Broadcast(Namespace).WithoutRoom(Id);

    /// <summary>Emits to this client; dropped if it is not ready to receive.</summary>
    public SocketEmitter Volatile => _emitter.Volatile;

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
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument. An array is one argument; it is serialised as its own type, whatever type the variable has.</param>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public Task<T> EmitWithAckAsync<T>(string eventName, object? argument) => _emitter.EmitWithAckAsync<T>(eventName, argument);

    /// <summary>Emits an event and waits for the client's answer, as long as the socket is connected.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <exception cref="SocketDisconnectedException">The socket disconnected before it answered.</exception>
    /// <exception cref="JsonException">The client answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="InvalidOperationException">As many answers are owed as <see cref="SocketIOOptions.MaxPendingAcks"/> allows.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overload above takes it as one argument.
    public Task<T> EmitWithAckAsync<T>(string eventName, params ReadOnlySpan<object?> arguments) =>
        _emitter.EmitWithAckAsync<T>(eventName, arguments);

    /// <summary>Joins a room.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name: perhaps the client sent none.</exception>
    /// <exception cref="InvalidOperationException">The socket is in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows.</exception>
    public ValueTask JoinAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        if (!Namespace.Rooms.Join(Id, this, room, Namespace.Server.Options.MaxRoomsPerSocket) && IsConnected)
        {
            Namespace.Server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxRoomsPerSocket));
            throw new InvalidOperationException(
                $"Socket {Id} is in {Namespace.Server.Options.MaxRoomsPerSocket} rooms and cannot join another (option MaxRoomsPerSocket).");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Leaves a room; nothing happens if the socket is not in it.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name.</exception>
    public ValueTask LeaveAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        Namespace.Rooms.Leave(Id, this, room);
        return ValueTask.CompletedTask;
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

    /// <summary>Disconnects the client from this namespace, or altogether. The client does not reconnect by itself.</summary>
    /// <param name="close">Whether to end the connection with all its namespaces.</param>
    public ValueTask DisconnectAsync(bool close = false) => _connection.DisconnectAsync(this, close);

    internal void Send(OutboundMessage message, bool isVolatile, List<EngineSession>? unflushed = null)
    {
        if (IsConnected)
        {
            _connection.Session.Send(message, isVolatile, unflushed);
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

    /// <summary>The socket is in its namespace from now on.</summary>
    internal void Connect()
    {
        IsConnected = true;
        Namespace.Rooms.Add(Id, this);
    }

    /// <summary>The socket has left its namespace: tells the handlers. Called once, under the connection's turn.</summary>
    internal async Task OnClosedAsync(string reason)
    {
        await RunAsync(_disconnecting, reason);
        IsConnected = false;

        // These run code of the application, too: whatever it throws, the disconnect handlers hear of the end.
        await RunAsync([_ => LeaveRooms(), _ => CancelDisconnectedAsync()], reason);
        PendingAcks.FailAll(new SocketDisconnectedException(Id, reason));
        Namespace.Server.OnSocketLeft(Namespace);
        await RunAsync(_disconnect, reason);
        if (_scope is { } scope)
        {
            await RunAsync([_ => scope.DisposeAsync().AsTask()], reason);
        }

        Task LeaveRooms()
        {
            Namespace.Rooms.Remove(Id, this);
            return Task.CompletedTask;
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

    private Task CancelDisconnectedAsync()
    {
        lock (_listeners)
        {
            _hasDisconnected = true;
        }

        return _disconnected?.CancelAsync() ?? Task.CompletedTask;
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
}
