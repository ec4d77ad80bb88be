using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO;

/// <summary>
/// The Socket.IO server. Take it from the services wherever something is to be sent; what is called on it goes to the
/// default namespace <c>/</c>.
/// </summary>
public sealed partial class SocketIOServer : BroadcastSource, IAsyncDisposable
{
    /// <summary>Longest namespace name, in bytes: what a message keeps room for.</summary>
    internal const int MaxNamespaceLength = 256;

    /// <summary>What a client is told that asks for a namespace which does not exist.</summary>
    internal const string InvalidNamespace = "Invalid namespace";

    private readonly ConcurrentDictionary<string, Namespace> _namespaces = new(StringComparer.Ordinal);

    // Held to create a namespace, to remove one, and to enter one that may be removed.
    private readonly Lock _existence = new();

    // Namespaces of patterns and functions that nobody is in: they make room when there are as many as there may be.
    private readonly HashSet<Namespace> _vacant = [];
    private readonly CancellationTokenRegistration _stopping;
    private ImmutableArray<ParentNamespace> _parents = [];
    private ImmutableArray<Func<HttpContext, RequestDelegate, Task>> _requestMiddleware = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _connections;

    // The end of those adapters whose namespaces are gone, one after the other.
    private Task _adaptersDisposing = Task.CompletedTask;
    private Action<Namespace>? _newNamespace;
    private Action<ConnectionError>? _connectionError;

    /// <summary>Creates the server; applications get it from the services, after <c>AddSocketIO</c>.</summary>
    /// <param name="name">The name that its options have; empty for the server without one.</param>
    /// <param name="services">Where the server finds its options, logging, metrics, time and the application's own services.</param>
    internal SocketIOServer(string name, IServiceProvider services)
    {
        Name = name;
        Options = services.GetRequiredService<IOptionsMonitor<SocketIOOptions>>().Get(name);
        Services = services;
        Serializer = new SocketIOSerializer(Options, MaxNamespaceLength);
        Metrics = new SocketIOMetrics(services.GetRequiredService<IMeterFactory>(), name);
        TimeProvider time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger logger = new GuardedLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger(name.Length == 0 ? "Flipr.SocketIO" : $"Flipr.SocketIO.{name}"));
        Log = new SocketIOLog(logger);
        Engine = new EngineServer(CreateSettings(Options), new ConnectionFactory(this, time), time, logger, Metrics);
        Endpoint = new EngineEndpoint(Engine, new OriginPolicy([.. Options.Cors.Origins], Options.Cors.AllowCredentials, Options.Cors.IsOriginAllowed))
        {
            AllowRequest = Options.AllowRequest,
            OnHeaders = (context, isInitial) =>
            {
                if (isInitial)
                {
                    Options.OnInitialHeaders?.Invoke(context);
                }

                Options.OnHeaders?.Invoke(context);
            },
            Router = (name.Length == 0 ? services.GetService<ISessionRouter>() : services.GetKeyedService<ISessionRouter>(name)) ?? NoSessionRouter.Instance,
        };
        Engine.OnRefused = OnRefused;
        Default = Of("/");
        _stopping = services.GetService<IHostApplicationLifetime>()?.ApplicationStopping.Register(Engine.Shutdown) ?? default;
    }

    /// <summary>The name that it was added by; empty for the server without one.</summary>
    public string Name { get; }

    /// <summary>The default namespace, <c>/</c>.</summary>
    public Namespace Default { get; }

    /// <summary>How many clients are connected, whatever namespaces they are in.</summary>
    public int ConnectionCount => Engine.Count;

    /// <summary>The sockets of the default namespace, at this moment.</summary>
    public IReadOnlyCollection<Socket> Sockets => Default.Sockets;

    internal SocketIOOptions Options { get; }

    internal IServiceProvider Services { get; }

    internal EngineServer Engine { get; }

    internal EngineEndpoint Endpoint { get; }

    internal SocketIOMetrics Metrics { get; }

    internal SocketIOLog Log { get; }

    internal IPacketParser Parser => Options.Parser;

    internal override SocketIOSerializer Serializer { get; }

    /// <summary>The namespace with a name; created if it does not exist. From then on clients may connect to it.</summary>
    /// <remarks>
    /// If the name matches a pattern given to <see cref="Of(Regex)"/> before, the namespace is created as one of its: with its
    /// middleware and handlers. A function given to <see cref="Of(Func{string, JsonData, ValueTask{bool}})"/> is not asked, as there
    /// is no client whose <c>auth</c> it could see: a namespace that is created here for such a name has none of its middleware. With
    /// <see cref="SocketIOOptions.CleanupEmptyChildNamespaces"/> ask anew each time instead of keeping one that a pattern matches.
    /// </remarks>
    /// <param name="name">The name, with or without the slash in front.</param>
    /// <exception cref="ArgumentNullException">The name is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name has a comma or a record separator (U+001E), which end it on the wire, or more than 256 bytes.</exception>
    public Namespace Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        name = name.StartsWith('/') ? name : "/" + name;
        if (!IsNamespaceName(name))
        {
            throw new ArgumentException($"'{name}' cannot be a namespace: no commas, no record separators, at most {MaxNamespaceLength} bytes.", nameof(name));
        }

        return FindNamespace(name) ?? Create(name, _parents.FirstOrDefault(parent => parent.MatchesByName(name)), limit: int.MaxValue)!;
    }

    /// <summary>Namespaces by pattern: one is created when a client connects to a name that matches.</summary>
    /// <param name="pattern">The pattern; it sees the name with the slash in front. Anchor it: <c>^/tile-\d+$</c>.</param>
    /// <exception cref="ArgumentNullException">The pattern is <see langword="null"/>.</exception>
    /// <example><code>io.Of(new Regex("^/tile-\\d+$")).OnConnection(socket =&gt; ...);</code></example>
    public ParentNamespace Of(Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Add(new ParentNamespace(this, pattern));
    }

    /// <summary>Namespaces by function: one is created when a client connects to a name that the function accepts.</summary>
    /// <remarks>
    /// It is asked only where the namespace does not exist yet, so it does not decide who may enter: that is for the middleware
    /// (<see cref="ParentNamespace.Use(Func{Socket, Task})"/>). <see cref="Of(string)"/> does not ask it.
    /// </remarks>
    /// <param name="matches">Decides by the name, with the slash in front, and what the client sent as <c>auth</c>.</param>
    /// <exception cref="ArgumentNullException">The function is <see langword="null"/>.</exception>
    public ParentNamespace Of(Func<string, JsonData, ValueTask<bool>> matches)
    {
        ArgumentNullException.ThrowIfNull(matches);
        return Add(new ParentNamespace(this, matches));
    }

    /// <summary>
    /// Called for every namespace that comes into being as one of a pattern's or a function's, whether a client's connection or
    /// <see cref="Of(string)"/> creates it. Clients join when it has returned.
    /// </summary>
    /// <param name="handler">The handler. If it throws, the namespace does not come into being and the client is refused.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnNewNamespace(Action<Namespace> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_namespaces)
        {
            _newNamespace += handler;
        }
    }

    /// <summary>Called for every request that is refused, with what the client is told and why.</summary>
    /// <param name="handler">The handler. It must be quick: it runs before the answer is written. What it throws is logged.</param>
    /// <exception cref="ArgumentNullException">The handler is <see langword="null"/>.</exception>
    public void OnConnectionError(Action<ConnectionError> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        lock (_namespaces)
        {
            _connectionError += handler;
        }
    }

    /// <summary>
    /// Adds a middleware for the requests of the transports, run before anything else of this server looks at them: for
    /// headers, sessions, logging. It calls the next one, or answers itself.
    /// </summary>
    /// <param name="middleware">The middleware, in ASP.NET Core's own form.</param>
    /// <exception cref="ArgumentNullException">The middleware is <see langword="null"/>.</exception>
    public void UseRequest(Func<HttpContext, RequestDelegate, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        ImmutableInterlocked.Update(ref _requestMiddleware, static (all, added) => all.Add(added), middleware);
    }

    /// <inheritdoc cref="Namespace.OnConnection(Action{Socket})"/>
    public void OnConnection(Action<Socket> handler) => Default.OnConnection(handler);

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    [OverloadResolutionPriority(1)]
    public void OnConnection(Func<Socket, Task> handler) => Default.OnConnection(handler);

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    public void OnConnection(Func<Socket, ValueTask> handler) => Default.OnConnection(handler);

    /// <summary>Adds a middleware to the default namespace alone; the others have their own.</summary>
    /// <param name="middleware">Lets a socket in by returning, keeps it out by throwing; see <see cref="Namespace.Use(Func{Socket, Task})"/>.</param>
    [OverloadResolutionPriority(1)]
    public void Use(Func<Socket, Task> middleware) => Default.Use(middleware);

    /// <inheritdoc cref="Use(Func{Socket, Task})"/>
    public void Use(Func<Socket, ValueTask> middleware) => Default.Use(middleware);

    /// <inheritdoc cref="Namespace.RequireAuthorization()"/>
    /// <remarks>It holds for the default namespace alone; <c>app.MapSocketIO().RequireAuthorization()</c> holds for all, by the handshake's user.</remarks>
    public void RequireAuthorization() => Default.RequireAuthorization();

    /// <inheritdoc cref="Namespace.RequireAuthorization(string[])"/>
    /// <remarks>It holds for the default namespace alone; <c>app.MapSocketIO().RequireAuthorization()</c> holds for all, by the handshake's user.</remarks>
    public void RequireAuthorization(params string[] policyNames) => Default.RequireAuthorization(policyNames);

    /// <inheritdoc cref="Namespace.RequireAuthorization(AuthorizationPolicy)"/>
    /// <remarks>It holds for the default namespace alone; <c>app.MapSocketIO().RequireAuthorization()</c> holds for all, by the handshake's user.</remarks>
    public void RequireAuthorization(AuthorizationPolicy policy) => Default.RequireAuthorization(policy);

    /// <inheritdoc cref="Namespace.AuthenticateConnect(string)"/>
    public void AuthenticateConnect(string scheme) => Default.AuthenticateConnect(scheme);

    /// <inheritdoc cref="Namespace.AuthenticateConnect(string, string)"/>
    public void AuthenticateConnect(string scheme, string property) => Default.AuthenticateConnect(scheme, property);

    /// <summary>Puts a filter around the handlers of the default namespace alone; the others have their own.</summary>
    /// <param name="filter">The filter; see <see cref="Namespace.AddEventFilter(IEventFilter)"/>.</param>
    public void AddEventFilter(IEventFilter filter) => Default.AddEventFilter(filter);

    /// <inheritdoc cref="AddEventFilter(IEventFilter)"/>
    public void AddEventFilter(Func<EventContext, Func<EventContext, ValueTask>, ValueTask> filter) => Default.AddEventFilter(filter);

    /// <summary>Ends every connection; clients reconnect when there is a server again.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.DisposeAsync();
        await Engine.DisposeAsync();
        Task disposing;
        lock (_existence)
        {
            foreach (Namespace ns in _namespaces.Values)
            {
                DisposeAdapterLocked(ns);
            }

            disposing = _adaptersDisposing;
        }

        await disposing;
    }

    /// <summary>Whether an endpoint leads here.</summary>
    internal bool IsMapped { get; set; }

    /// <summary>Throws where a socket's services could not give it, as far as the container can be asked.</summary>
    /// <exception cref="InvalidOperationException">The handler is not registered.</exception>
    internal void ThrowIfNotRegistered<THandler>()
    {
        if (Services.GetService<IServiceProviderIsService>()?.IsService(typeof(THandler)) == false)
        {
            throw new InvalidOperationException(
                $"{typeof(THandler)} is not registered: call builder.Services.AddScoped<{typeof(THandler).Name}>() before builder.Build().");
        }
    }

    /// <summary>Ends every connection and waits for the handlers that still run.</summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        Engine.Shutdown();
        if (Volatile.Read(ref _connections) > 0)
        {
            await _drained.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A connection is gone, and nothing of it runs any more.</summary>
    internal void OnConnectionEnded()
    {
        if (Interlocked.Decrement(ref _connections) == 0 && Engine.IsShuttingDown)
        {
            _drained.TrySetResult();
        }
    }

    internal Namespace? FindNamespace(string name) => _namespaces.GetValueOrDefault(name);

    /// <summary>
    /// The namespace with a name, for a client that is about to join it. It is not cleaned up before
    /// <see cref="OnEntered"/> has been called.
    /// </summary>
    internal Namespace? Enter(string name)
    {
        Namespace? ns = FindNamespace(name);
        if (ns?.Parent is null)
        {
            return ns;
        }

        lock (_existence)
        {
            ns = FindNamespace(name);
            if (ns is not null)
            {
                ns.Entering++;
                _vacant.Remove(ns);
            }

            return ns;
        }
    }

    /// <summary>A client that <see cref="Enter"/> let in has joined the namespace, or will not join it.</summary>
    internal void OnEntered(Namespace ns)
    {
        if (ns.Parent is not null)
        {
            lock (_existence)
            {
                ns.Entering--;
            }

            OnSocketLeft(ns);
        }
    }

    internal bool HasDynamicNamespaces => !_parents.IsEmpty;

    /// <summary>Creates the namespace that a client asks for, if a parent accepts the name, and enters it.</summary>
    /// <returns>The namespace, or what the client is told instead.</returns>
    internal async ValueTask<(Namespace? Namespace, string? Refusal)> EnterNewAsync(string name, JsonData auth)
    {
        foreach (ParentNamespace parent in _parents)
        {
            if (!await parent.MatchesAsync(name, auth))
            {
                continue;
            }

            if (!IsNamespaceName(name))
            {
                break;
            }

            // It may be cleaned up at once, if somebody else comes and goes.
            Namespace? entered;
            while ((entered = Enter(name)) is null)
            {
                try
                {
                    if (Create(name, parent, Options.MaxNamespaces) is null)
                    {
                        Metrics.LimitExceeded(nameof(SocketIOOptions.MaxNamespaces));
                        Log.TooManyNamespaces(LogText.Clean(name), Options.MaxNamespaces);
                        return (null, "Too many namespaces");
                    }
                }
                catch (Exception exception)
                {
                    Log.NewNamespaceFailed(LogText.Clean(name), exception);
                    return (null, InvalidNamespace);
                }
            }

            if (entered.Opening is not { } opening || await opening)
            {
                return (entered, null);
            }

            OnEntered(entered);
            break;
        }

        return (null, InvalidNamespace);
    }

    /// <summary>A socket has left: a parent's namespace goes with the last one, if the option says so; otherwise it may make room for another.</summary>
    internal void OnSocketLeft(Namespace ns)
    {
        if (ns.Parent is null)
        {
            return;
        }

        lock (_existence)
        {
            if (ns is not { Entering: 0, Rooms.Count: 0, Opening: null })
            {
                return;
            }

            if (Options.CleanupEmptyChildNamespaces)
            {
                RemoveLocked(ns);
            }
            else if (FindNamespace(ns.Name) == ns)
            {
                _vacant.Add(ns);
            }
        }
    }

    private void DisposeAdapterLocked(Namespace ns)
    {
        if (!ns.IsLocal)
        {
            _adaptersDisposing = DisposeAfterAsync(_adaptersDisposing, ns);
        }
    }

    private async Task DisposeAfterAsync(Task previous, Namespace ns)
    {
        await previous;
        await Task.Yield(); // It is the application's code: not under the lock.
        try
        {
            await ns.Adapter.DisposeAsync();
        }
        catch (Exception exception)
        {
            Log.AdapterFailed(LogText.Clean(ns.Name), exception);
        }
    }

    /// <summary>Where requests arrive: through the middleware to the engine.</summary>
    internal Task HandleAsync(HttpContext context) =>
        _requestMiddleware.IsEmpty ? Endpoint.HandleAsync(context) : HandleThroughMiddlewareAsync(context);

    private async Task HandleThroughMiddlewareAsync(HttpContext context)
    {
        bool hasArrived = false;
        RequestDelegate next = request =>
        {
            hasArrived = true;
            return Endpoint.HandleAsync(request);
        };
        foreach (Func<HttpContext, RequestDelegate, Task> middleware in _requestMiddleware.Reverse())
        {
            RequestDelegate inner = next;
            next = request => middleware(request, inner);
        }

        try
        {
            await next(context);
        }
        catch (Exception exception) when (!hasArrived && !context.Response.HasStarted)
        {
            Log.MiddlewareFailed(exception);
            await Engine.RefuseAsync(context, new Refusal(EngineError.BadRequest, "MIDDLEWARE_FAILURE", "a middleware for requests threw"));
        }
    }

    private void OnRefused(HttpContext context, Refusal refusal) =>
        _connectionError?.Invoke(new ConnectionError((int)refusal.Error, EngineErrors.MessageOf(refusal.Error), refusal.Cause, new ConnectionErrorContext(refusal, context.Request), context));

    // A comma ends the name in a packet's header, a record separator the packet itself in a polling payload.
    private static bool IsNamespaceName(string name) =>
        !name.AsSpan().ContainsAny(',', '\x1e') && Encoding.UTF8.GetByteCount(name) <= MaxNamespaceLength;

    private ParentNamespace Add(ParentNamespace parent)
    {
        ImmutableInterlocked.Update(ref _parents, static (all, added) => all.Add(added), parent);
        return parent;
    }

    /// <summary>Creates the namespace if there is none: clients and the application may ask for the same name at once.</summary>
    /// <returns>The namespace; <see langword="null"/> if there are <paramref name="limit"/> already, and somebody is in each.</returns>
    private Namespace? Create(string name, ParentNamespace? parent, int limit)
    {
        Namespace created;
        var opening = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_existence)
        {
            if (FindNamespace(name) is { } existing)
            {
                return existing;
            }

            if (_namespaces.Count >= limit && !TryMakeRoomLocked())
            {
                return null;
            }

            created = parent?.Create(name) ?? new Namespace(this, name);
            created.Opening = parent is null ? null : opening.Task;
            _namespaces[name] = created;
        }

        if (parent is not null)
        {
            Open(created, opening);
        }

        return created;
    }

    // Under no lock: what is registered with OnNewNamespace is the application's.
    private void Open(Namespace created, TaskCompletionSource<bool> opening)
    {
        bool isOpen = false;
        try
        {
            created.Announce(_newNamespace);
            isOpen = true;
        }
        finally
        {
            lock (_existence)
            {
                if (isOpen)
                {
                    created.Opening = null;
                }
                else
                {
                    RemoveLocked(created);
                }
            }

            opening.SetResult(isOpen);
            if (isOpen)
            {
                OnOpened(created);
            }
        }
    }

    // Nobody may ever come: with the option it stays until somebody has come and gone.
    private void OnOpened(Namespace created)
    {
        lock (_existence)
        {
            if (created is { Entering: 0, Rooms.Count: 0 } && FindNamespace(created.Name) == created)
            {
                _vacant.Add(created);
            }
        }
    }

    private bool TryMakeRoomLocked()
    {
        foreach (Namespace vacant in _vacant)
        {
            // What the application has guarded by handlers of its own must not come back without them.
            _vacant.Remove(vacant);
            if (!vacant.IsCustomised)
            {
                RemoveLocked(vacant);
                return true;
            }
        }

        return false;
    }

    private void RemoveLocked(Namespace ns)
    {
        _vacant.Remove(ns);
        if (_namespaces.TryRemove(new KeyValuePair<string, Namespace>(ns.Name, ns)))
        {
            ns.Parent?.Remove(ns);
            DisposeAdapterLocked(ns);
        }
    }

    private protected override Broadcast Select() => Default.Everyone;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => Default.BroadcastAsync(eventName, writer);

    private static EngineSettings CreateSettings(SocketIOOptions options) => new()
    {
        PingInterval = (long)options.PingInterval.TotalMilliseconds,
        PingTimeout = (long)options.PingTimeout.TotalMilliseconds,
        UpgradeTimeout = (long)options.UpgradeTimeout.TotalMilliseconds,
        CloseTimeout = (long)options.CloseTimeout.TotalMilliseconds,
        MaxPayload = options.MaxPayload,
        MaxOutboundBytes = options.MaxOutboundBytes,
        MaxConnections = options.MaxConnections,
        MaxConnectionsPerClient = options.MaxConnectionsPerClient,
        ClientOf = options.ClientOf,
        AllowPolling = options.Transports.HasFlag(SocketIOTransports.Polling),
        AllowWebSocket = options.Transports.HasFlag(SocketIOTransports.WebSocket),
        AllowUpgrades = options.AllowUpgrades,
        UseRawTransport = options.UseRawTransport,
        PerMessageDeflate = options.PerMessageDeflate,
        HttpCompressionThreshold = options.HttpCompressionThreshold,
        Cookie = options.Cookie,
    };

    private sealed class ConnectionFactory(SocketIOServer server, TimeProvider time) : IEngineHandler
    {
        public ISessionHandler OnOpened(EngineSession session, HttpContext handshake)
        {
            // Counted when it is there: what throws on the way leaves nothing to wait for.
            var connection = new ClientConnection(server, session, handshake, new Handshake(handshake, time.GetUtcNow()));
            Interlocked.Increment(ref server._connections);
            return connection;
        }
    }
}
