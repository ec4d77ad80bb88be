using System.Runtime.CompilerServices;
using System.Text;
using Flipr.SocketIO.Adapters;
using Flipr.SocketIO.Diagnostics;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <summary>A namespace: a channel of its own on the shared connection, with its own sockets, rooms, middleware and handlers.</summary>
public sealed class Namespace : BroadcastSource
{
    // The new namespace that the application is being told of on this thread.
    [ThreadStatic]
    private static Namespace? _announced;

    private static readonly Task<bool> Started = Task.FromResult(true);

    private readonly Lock _lock = new();
    private readonly byte[] _wireName;
    private readonly Broadcast _everyone;
    private (RoomChangeKind Kind, Action<RoomChange> Handler)[] _roomHandlers = [];
    private Func<Socket, Task>[] _middleware = [];
    private Func<Socket, Task>[] _connectionHandlers = [];
    private ConnectGate _gate = ConnectGate.Open;
    private IEventFilter[] _eventFilters = [];
    private int _outgoingListeners;

    internal Namespace(SocketIOServer server, string name)
    {
        Server = server;
        Name = name;
        _wireName = name == "/" ? [] : Encoding.UTF8.GetBytes(name);
        Scope = new NamespaceScope(this);
        _everyone = new Broadcast(Scope);
        LocalAdapter = new LocalAdapter(this);
        Adapter = server.Options.Adapter?.Invoke(LocalAdapter) ?? LocalAdapter;
        HasStarted = IsLocal ? Started : StartAdapterAsync();
    }

    /// <summary>The name, with the slash in front.</summary>
    public string Name { get; }

    /// <summary>The namespace's sockets, at this moment.</summary>
    public IReadOnlyCollection<Socket> Sockets => Rooms.Select([], []);

    internal SocketIOServer Server { get; }

    /// <summary>The pattern or function that it came into being by, if any.</summary>
    internal ParentNamespace? Parent { get; init; }

    /// <summary>How many clients are about to join it; kept by the server, for namespaces with a <see cref="Parent"/> only.</summary>
    internal int Entering { get; set; }

    /// <summary>Where everything that concerns its sockets goes through.</summary>
    internal Adapter Adapter { get; }

    /// <summary>The sockets of this server.</summary>
    internal LocalAdapter LocalAdapter { get; }

    /// <summary>Whether there are no other servers, and nothing between emitting and sending.</summary>
    internal bool IsLocal => Adapter == LocalAdapter;

    internal RoomIndex<Socket> Rooms => LocalAdapter.Rooms;

    internal byte[] WireNameBytes => _wireName;

    /// <summary>Completes when clients may join: whether the adapter has started.</summary>
    internal Task<bool> HasStarted { get; }

    internal Broadcast Everyone => _everyone;

    /// <summary>How broadcasts find its sockets.</summary>
    internal NamespaceScope Scope { get; }

    /// <summary>Whether any of its sockets listens to what is sent to it.</summary>
    internal bool HasOutgoingListeners => Volatile.Read(ref _outgoingListeners) > 0;

    /// <summary>
    /// Completes when those who are told of new namespaces have finished: nobody joins before. <see langword="false"/> if one of them threw,
    /// and the namespace is none. <see langword="null"/> from then on, and where nobody is told.
    /// </summary>
    internal Task<bool>? Opening { get; set; }

    /// <summary>Whether the application has registered something here, beyond what its <see cref="Parent"/> brought and what it registers for every new namespace.</summary>
    internal bool IsCustomised { get; private set; }

    /// <summary>The name in a packet's header: empty for the default namespace.</summary>
    internal ReadOnlySpan<byte> WireName => _wireName;

    internal ReadOnlySpan<Func<Socket, Task>> Middleware => Volatile.Read(ref _middleware);

    /// <summary>What comes before the middleware.</summary>
    internal ConnectGate Gate => Volatile.Read(ref _gate);

    internal ReadOnlySpan<Func<Socket, Task>> ConnectionHandlers => Volatile.Read(ref _connectionHandlers);

    /// <summary>What stands around the handlers of its sockets' events, the outermost first.</summary>
    internal IEventFilter[] EventFilters => Volatile.Read(ref _eventFilters);

    internal override SocketIOSerializer Serializer => Server.Serializer;

    /// <summary>Called for every socket that has connected. Register the socket's handlers here.</summary>
    /// <param name="handler">The handler. The socket's events are held until it returns.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnConnection(Action<Socket> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnConnection(socket =>
        {
            handler(socket);
            return Task.CompletedTask;
        });
    }

    /// <summary>Called for every socket that has connected. Register the socket's handlers before the first <c>await</c>.</summary>
    /// <param name="handler">The handler. The socket's events are held until it returns or first awaits.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public void OnConnection(Func<Socket, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnCustomised();
        AddConnectionHandler(handler);
    }

    /// <inheritdoc cref="OnConnection(Func{Socket, Task})"/>
    public void OnConnection(Func<Socket, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnConnection(socket => handler(socket).AsTask());
    }

    /// <summary>
    /// Adds a middleware, run for every socket before it connects, in the order of registration. It lets the socket in by
    /// returning; it keeps it out by throwing <see cref="ConnectionRefusedException"/>, whose message and data the client sees.
    /// Any other exception keeps the socket out too, and the client learns nothing of it. Each namespace has middleware of its own.
    /// </summary>
    /// <param name="middleware">The middleware.</param>
    /// <exception cref="ArgumentNullException">The middleware is <see langword="null"/>.</exception>
    /// <example><code>io.Of("/admin").Use(socket =&gt; socket.User.IsInRole("admin") ? Task.CompletedTask : throw new ConnectionRefusedException("not you"));</code></example>
    [OverloadResolutionPriority(1)]
    public void Use(Func<Socket, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        OnCustomised();
        AddMiddleware(middleware);
    }

    /// <inheritdoc cref="Use(Func{Socket, Task})"/>
    public void Use(Func<Socket, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Use(socket => middleware(socket).AsTask());
    }

    /// <summary>
    /// Lets in only users that satisfy the application's default policy: unless it was changed, everyone who is authenticated. As on an endpoint, but for
    /// this namespace, at each CONNECT, before any middleware. Others are refused: <c>Unauthorized</c> whose user is nobody, <c>Forbidden</c> whose is
    /// somebody; <c>error.data</c> is <c>{ status: 401, reason: "user_missing" }</c>, <c>"token_missing"</c>, <c>"token_invalid"</c>, or 403 and <c>"forbidden"</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is no authorization: the application did not call <c>AddAuthorization</c>.</exception>
    /// <example><code>io.Of("/admin").RequireAuthorization("admins");</code></example>
    public void RequireAuthorization() => RequireAuthorization(new ConnectPolicy(null, null));

    /// <summary>Lets in only users that satisfy these policies, all of them; see <see cref="RequireAuthorization()"/>.</summary>
    /// <param name="policyNames">The policies' names; none for the default policy. The policies' handlers get the <see cref="Socket"/> as the resource; schemes that a policy names are not asked.</param>
    /// <exception cref="ArgumentNullException">A name is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no authorization, or no policy of that name.</exception>
    public void RequireAuthorization(params string[] policyNames) => RequireAuthorization(Server.ToPolicies(policyNames));

    /// <summary>Lets in only users that satisfy a policy; see <see cref="RequireAuthorization()"/>.</summary>
    /// <param name="policy">The policy. Its handlers get the <see cref="Socket"/> as the resource; schemes that it names are not asked.</param>
    /// <exception cref="ArgumentNullException">The policy is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">There is no authorization: the application did not call <c>AddAuthorization</c>.</exception>
    public void RequireAuthorization(AuthorizationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        RequireAuthorization(new ConnectPolicy(null, policy));
    }

    /// <summary>Takes the socket's user from the token that clients send as <c>auth: { token }</c>; see <see cref="AuthenticateConnect(string, string)"/>.</summary>
    /// <param name="scheme">The authentication scheme that says whose a token is, such as <c>Bearer</c>.</param>
    /// <exception cref="ArgumentException">The name is <see langword="null"/> or empty.</exception>
    /// <exception cref="InvalidOperationException">There is no such scheme.</exception>
    /// <example><code>io.Of("/admin").AuthenticateConnect("Bearer");</code></example>
    public void AuthenticateConnect(string scheme) => AuthenticateConnect(scheme, "token");

    /// <summary>
    /// Takes the socket's user from a token that clients send as <c>auth</c>. The scheme sees the token as <c>Authorization: Bearer</c> of a request of its
    /// own, which has neither the query nor the other headers of the connection. A token that it does not accept is refused with <c>Unauthorized</c>, before any
    /// middleware. Without a token the user stays that of the handshake: <see cref="RequireAuthorization()"/> is what asks for one. Called again, the last call holds.
    /// </summary>
    /// <param name="scheme">The authentication scheme that says whose a token is, such as <c>Bearer</c>.</param>
    /// <param name="property">The property of <c>auth</c> that has the token.</param>
    /// <exception cref="ArgumentException">A name is <see langword="null"/> or empty.</exception>
    /// <exception cref="InvalidOperationException">There is no such scheme.</exception>
    public void AuthenticateConnect(string scheme, string property)
    {
        ConnectToken token = Server.ToToken(scheme, property);
        OnCustomised();
        SetToken(token);
    }

    /// <summary>
    /// Puts a filter around the handlers of every event of the namespace's sockets, whichever they are, also where no handler is registered: the first one
    /// that is added is the outermost. It runs when the middleware of the socket has let the event through. Each namespace has filters of its own.
    /// </summary>
    /// <param name="filter">The filter; one for all sockets.</param>
    /// <exception cref="ArgumentNullException">The filter is <see langword="null"/>.</exception>
    public void AddEventFilter(IEventFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        OnCustomised();
        AddFilter(filter);
    }

    /// <inheritdoc cref="AddEventFilter(IEventFilter)"/>
    /// <param name="filter">Called with the event and what comes next; see <see cref="IEventFilter.InvokeAsync"/>.</param>
    /// <example><code>io.Default.AddEventFilter(async (context, next) =&gt; { if (context.EventName != "old") await next(context); });</code></example>
    public void AddEventFilter(Func<EventContext, Func<EventContext, ValueTask>, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        AddEventFilter(new DelegateEventFilter(filter));
    }

    /// <summary>
    /// Handles the namespace's sockets by a class: one instance per socket, from the socket's own services. Register it there,
    /// usually with <c>AddScoped</c>.
    /// </summary>
    /// <typeparam name="THandler">The class; its <see cref="ISocketHandler.OnConnectionAsync"/> registers the handlers of events.</typeparam>
    /// <exception cref="InvalidOperationException">The class is not registered.</exception>
    public void UseHandler<THandler>()
        where THandler : ISocketHandler
    {
        Server.ThrowIfNotRegistered<THandler>();
        OnConnection(RunHandlerAsync<THandler>);
    }

    /// <summary>Called when a room comes into being. The room of a socket's own id is not announced: it comes with the connection.</summary>
    /// <param name="handler">Called with the room's name. It must be quick: it runs within the join, or soon after where another thread tells of an earlier change; one at a time, in the order of the changes. What it throws is logged.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnRoomCreated(Action<string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        AddRoomHandler(RoomChangeKind.Created, change => handler(change.Room));
    }

    /// <summary>Called when a room's last socket has left.</summary>
    /// <param name="handler">Called with the room's name. It must be quick: it runs within the leave, or soon after where another thread tells of an earlier change; one at a time, in the order of the changes. What it throws is logged.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnRoomDeleted(Action<string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        AddRoomHandler(RoomChangeKind.Deleted, change => handler(change.Room));
    }

    /// <summary>Called when a socket joins a room.</summary>
    /// <param name="handler">Called with the room's name and the socket's id. It must be quick: it runs within the join, or soon after where another thread tells of an earlier change; one at a time, in the order of the changes. What it throws is logged.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnRoomJoined(Action<string, string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        AddRoomHandler(RoomChangeKind.Joined, change => handler(change.Room, change.Id!));
    }

    /// <summary>Called when a socket leaves a room.</summary>
    /// <param name="handler">Called with the room's name and the socket's id. It must be quick: it runs within the leave, or soon after where another thread tells of an earlier change; one at a time, in the order of the changes. What it throws is logged.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnRoomLeft(Action<string, string> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        AddRoomHandler(RoomChangeKind.Left, change => handler(change.Room, change.Id!));
    }

    /// <summary>The rooms there are, and how many sockets each has, on all servers; without the rooms of the sockets' own ids.</summary>
    public ValueTask<IReadOnlyDictionary<string, int>> CountRoomsAsync() => Adapter.CountRoomsAsync();

    /// <summary>Emits an event to the other servers, not to clients. Nothing happens as long as no adapter connects several.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public async ValueTask ServerSideEmitAsync(string eventName, params object?[] arguments)
    {
        EventPacket packet = ToPacket(eventName, arguments);
        try
        {
            await Adapter.ServerSideEmitAsync(packet);
        }
        finally
        {
            packet.Release();
        }
    }

    /// <summary>Emits an event to the other servers and waits for the answer of each.</summary>
    /// <typeparam name="T">What the answers are read as.</typeparam>
    /// <param name="timeout">How long the answers may take.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <returns>The answers, in no particular order; none if there is no other server.</returns>
    /// <exception cref="AckTimeoutException{T}">Not all have answered in time.</exception>
    /// <exception cref="System.Text.Json.JsonException">A server answered with something that is not a <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public async Task<T[]> ServerSideEmitWithAckAsync<T>(TimeSpan timeout, string eventName, params object?[] arguments)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        EventPacket packet = ToPacket(eventName, arguments);
        try
        {
            IReadOnlyList<JsonData> answers = await Adapter.ServerSideEmitWithAckAsync(packet, timeout);
            return [.. answers.Select(static answer => answer.Deserialize<T>()!)];
        }
        finally
        {
            packet.Release();
        }
    }

    /// <summary>The socket with an id; <see langword="null"/> if there is none in this namespace.</summary>
    /// <param name="id">The socket's id.</param>
    /// <exception cref="ArgumentNullException">The id is <see langword="null"/>.</exception>
    public Socket? FindSocket(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Rooms.Find(id);
    }

    /// <summary>Tells of the namespace; what is registered on it meanwhile, the next one of this name gets as well.</summary>
    internal void Announce(Action<Namespace>? handlers)
    {
        Namespace? outer = _announced;
        _announced = this;
        try
        {
            handlers?.Invoke(this);
        }
        finally
        {
            _announced = outer;
        }
    }

    internal static Task RunHandlerAsync<THandler>(Socket socket)
        where THandler : ISocketHandler => socket.Services.GetRequiredService<THandler>().OnConnectionAsync(socket);

    /// <summary>One socket more, or less, listens to what is sent to it.</summary>
    internal void CountOutgoingListener(int difference) => Interlocked.Add(ref _outgoingListeners, difference);

    /// <summary>As <see cref="OnConnection(Func{Socket, Task})"/>, on behalf of the parent.</summary>
    internal void AddConnectionHandler(Func<Socket, Task> handler)
    {
        lock (_lock)
        {
            _connectionHandlers = [.. _connectionHandlers, handler];
        }
    }

    /// <summary>As <see cref="Use(Func{Socket, Task})"/>, on behalf of the parent.</summary>
    internal void AddMiddleware(Func<Socket, Task> middleware)
    {
        lock (_lock)
        {
            _middleware = [.. _middleware, middleware];
        }
    }

    /// <summary>As <see cref="RequireAuthorization()"/>, on behalf of the parent.</summary>
    internal void AddPolicies(ConnectPolicy[] policies)
    {
        lock (_lock)
        {
            _gate = _gate with { Policies = [.. _gate.Policies, .. policies] };
        }
    }

    /// <summary>As <see cref="AuthenticateConnect(string)"/>, on behalf of the parent.</summary>
    internal void SetToken(ConnectToken token)
    {
        lock (_lock)
        {
            _gate = _gate with { Token = token };
        }
    }

    /// <summary>As <see cref="AddEventFilter(IEventFilter)"/>, on behalf of the parent.</summary>
    internal void AddFilter(IEventFilter filter)
    {
        lock (_lock)
        {
            _eventFilters = [.. _eventFilters, filter];
        }
    }

    internal ValueTask BroadcastAsync(string eventName, EventWriter writer) => _everyone.BroadcastAsync(eventName, writer);

    private protected override Broadcast Select() => _everyone;

    private async Task<bool> StartAdapterAsync()
    {
        await Task.Yield(); // The application's code, not within whoever asks for the namespace.
        try
        {
            await Adapter.StartAsync();
            return true;
        }
        catch (Exception exception)
        {
            Server.Log.AdapterFailed(LogText.Clean(Name), exception);
            return false;
        }
    }

    private EventPacket ToPacket(string eventName, object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        writer.End();
        return writer.ToPacket(_wireName, eventName, copyAttachments: true);
    }

    private void RequireAuthorization(params ConnectPolicy[] policies)
    {
        Server.ThrowIfNoAuthorization();
        OnCustomised();
        AddPolicies(policies);
    }

    private void OnCustomised() => IsCustomised |= _announced != this;

    private void AddRoomHandler(RoomChangeKind kind, Action<RoomChange> handler)
    {
        OnCustomised();
        lock (_lock)
        {
            _roomHandlers = [.. _roomHandlers, (kind, handler)];
            Rooms.Listener ??= OnRoomChanged;
        }
    }

    private void OnRoomChanged(RoomChange change)
    {
        foreach ((RoomChangeKind kind, Action<RoomChange> handler) in Volatile.Read(ref _roomHandlers))
        {
            try
            {
                if (kind == change.Kind)
                {
                    handler(change);
                }
            }
            catch (Exception exception)
            {
                Server.Metrics.HandlerFailed();
                Server.Log.RoomHandlerFailed(Name, exception);
            }
        }
    }

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => BroadcastAsync(eventName, writer);
}
