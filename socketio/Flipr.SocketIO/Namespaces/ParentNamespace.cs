using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;

namespace Flipr.SocketIO;

/// <summary>
/// Namespaces that come into being when a client asks for them: by a pattern or a function. What is registered here holds
/// for every one of them, also where <see cref="SocketIOServer.Of(string)"/> asks for a name that the pattern matches. What is emitted here goes to
/// all of them that exist; a room is the room of that name in each.
/// </summary>
public sealed class ParentNamespace : BroadcastSource
{
    private readonly SocketIOServer _server;
    private readonly Func<string, JsonData, ValueTask<bool>> _matches;
    private readonly Regex? _pattern;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Namespace> _children = new(StringComparer.Ordinal);
    private readonly List<Action<Namespace>> _setup = [];
    private readonly Broadcast _everyone;

    internal ParentNamespace(SocketIOServer server, Func<string, JsonData, ValueTask<bool>> matches)
        : this(server, matches, "*")
    {
    }

    internal ParentNamespace(SocketIOServer server, Regex pattern)
        : this(server, (name, _) => ValueTask.FromResult(pattern.IsMatch(name)), pattern.ToString()) => _pattern = pattern;

    private ParentNamespace(SocketIOServer server, Func<string, JsonData, ValueTask<bool>> matches, string description)
    {
        _server = server;
        _matches = matches;
        _everyone = new Broadcast(new ParentScope(server, this, description));
    }

    /// <summary>The namespaces that exist now.</summary>
    public IReadOnlyCollection<Namespace> Children
    {
        get
        {
            lock (_lock)
            {
                return [.. _children.Values];
            }
        }
    }

    internal override SocketIOSerializer Serializer => _server.Serializer;

    /// <inheritdoc cref="Namespace.OnConnection(Action{Socket})"/>
    public void OnConnection(Action<Socket> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnConnection(socket =>
        {
            handler(socket);
            return Task.CompletedTask;
        });
    }

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    [OverloadResolutionPriority(1)]
    public void OnConnection(Func<Socket, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Setup(child => child.AddConnectionHandler(handler));
    }

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    public void OnConnection(Func<Socket, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnConnection(socket => handler(socket).AsTask());
    }

    /// <inheritdoc cref="Namespace.Use(Func{Socket, Task})"/>
    [OverloadResolutionPriority(1)]
    public void Use(Func<Socket, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Setup(child => child.AddMiddleware(middleware));
    }

    /// <inheritdoc cref="Namespace.Use(Func{Socket, Task})"/>
    public void Use(Func<Socket, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Use(socket => middleware(socket).AsTask());
    }

    /// <inheritdoc cref="Namespace.RequireAuthorization()"/>
    public void RequireAuthorization() => RequireAuthorization(new ConnectPolicy(null, null));

    /// <inheritdoc cref="Namespace.RequireAuthorization(string[])"/>
    public void RequireAuthorization(params string[] policyNames) => RequireAuthorization(_server.ToPolicies(policyNames));

    /// <inheritdoc cref="Namespace.RequireAuthorization(AuthorizationPolicy)"/>
    public void RequireAuthorization(AuthorizationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        RequireAuthorization(new ConnectPolicy(null, policy));
    }

    /// <inheritdoc cref="Namespace.AuthenticateConnect(string)"/>
    public void AuthenticateConnect(string scheme) => AuthenticateConnect(scheme, "token");

    /// <inheritdoc cref="Namespace.AuthenticateConnect(string, string)"/>
    public void AuthenticateConnect(string scheme, string property)
    {
        ConnectToken token = _server.ToToken(scheme, property);
        Setup(child => child.SetToken(token));
    }

    /// <inheritdoc cref="Namespace.AddEventFilter(IEventFilter)"/>
    public void AddEventFilter(IEventFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Setup(child => child.AddFilter(filter));
    }

    /// <inheritdoc cref="Namespace.AddEventFilter(Func{EventContext, Func{EventContext, ValueTask}, ValueTask})"/>
    public void AddEventFilter(Func<EventContext, Func<EventContext, ValueTask>, ValueTask> filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        AddEventFilter(new DelegateEventFilter(filter));
    }

    /// <inheritdoc cref="Namespace.UseHandler{THandler}"/>
    public void UseHandler<THandler>()
        where THandler : ISocketHandler
    {
        // Now, not when the first client creates a child.
        _server.ThrowIfNotRegistered<THandler>();
        OnConnection(Namespace.RunHandlerAsync<THandler>);
    }

    internal ValueTask<bool> MatchesAsync(string name, JsonData auth) => _matches(name, auth);

    /// <summary>Whether the name is enough to decide, and it matches: a function would have to see a client's <c>auth</c>.</summary>
    internal bool MatchesByName(string name) => _pattern?.IsMatch(name) == true;

    /// <summary>Creates the child of that name. The server sees to it that there is none yet.</summary>
    internal Namespace Create(string name)
    {
        lock (_lock)
        {
            var child = new Namespace(_server, name) { Parent = this };
            _setup.ForEach(setup => setup(child));
            _children.Add(name, child);
            return child;
        }
    }

    internal void Remove(Namespace child)
    {
        lock (_lock)
        {
            _children.Remove(child.Name);
        }
    }

    private protected override Broadcast Select() => _everyone;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => _everyone.BroadcastAsync(eventName, writer);

    private void RequireAuthorization(params ConnectPolicy[] policies)
    {
        // Now, not when the first client creates a child.
        _server.ThrowIfNoAuthorization();
        Setup(child => child.AddPolicies(policies));
    }

    // Handlers registered later hold for the namespaces that exist already, too.
    private void Setup(Action<Namespace> setup)
    {
        lock (_lock)
        {
            _setup.Add(setup);
            foreach (Namespace child in _children.Values)
            {
                setup(child);
            }
        }
    }
}
