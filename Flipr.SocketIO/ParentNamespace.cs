using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

/// <summary>
/// Namespaces that come into being when a client asks for them: by a pattern or a function. What is registered here holds
/// for every one of them.
/// </summary>
public sealed class ParentNamespace : EventEmitter
{
    private readonly SocketIOServer _server;
    private readonly Func<string, JsonData, ValueTask<bool>> _matches;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Namespace> _children = new(StringComparer.Ordinal);
    private readonly List<Action<Namespace>> _setup = [];

    internal ParentNamespace(SocketIOServer server, Func<string, JsonData, ValueTask<bool>> matches)
    {
        _server = server;
        _matches = matches;
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

    private protected override string NamespaceName => "*";

    /// <inheritdoc cref="Namespace.OnConnection(Action{Socket})"/>
    public void OnConnection(Action<Socket> handler) => Setup(child => child.OnConnection(handler));

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    [OverloadResolutionPriority(1)]
    public void OnConnection(Func<Socket, Task> handler) => Setup(child => child.OnConnection(handler));

    /// <inheritdoc cref="Namespace.OnConnection(Func{Socket, Task})"/>
    public void OnConnection(Func<Socket, ValueTask> handler) => Setup(child => child.OnConnection(handler));

    /// <inheritdoc cref="Namespace.Use(Func{Socket, Task})"/>
    [OverloadResolutionPriority(1)]
    public void Use(Func<Socket, Task> middleware) => Setup(child => child.Use(middleware));

    /// <inheritdoc cref="Namespace.Use(Func{Socket, Task})"/>
    public void Use(Func<Socket, ValueTask> middleware) => Setup(child => child.Use(middleware));

    /// <inheritdoc cref="Namespace.UseHandler{THandler}"/>
    public void UseHandler<THandler>()
        where THandler : ISocketHandler => Setup(static child => child.UseHandler<THandler>());

    internal ValueTask<bool> MatchesAsync(string name, JsonData auth) => _matches(name, auth);

    internal Namespace Create(string name)
    {
        lock (_lock)
        {
            if (!_children.TryGetValue(name, out Namespace? child))
            {
                child = new Namespace(_server, name) { Parent = this };
                _setup.ForEach(setup => setup(child));
                _children.Add(name, child);
            }

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

    private protected override ValueTask SendAsync(string eventName, EventWriter writer)
    {
        foreach (Namespace child in Children)
        {
            child.Everyone.SendCopy(writer);
        }

        return ValueTask.CompletedTask;
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
