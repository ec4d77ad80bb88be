using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

// Listeners that see every event, and the middleware in front of the handlers.
public sealed partial class Socket
{
    private ImmutableArray<Func<string, IReadOnlyList<JsonData>, Task>> _any = [];
    private ImmutableArray<Action<string, IReadOnlyList<JsonData>>> _anyOutgoing = [];
    private ImmutableArray<Func<string, IReadOnlyList<JsonData>, Task>> _eventMiddleware = [];
    private bool _countsAsOutgoingListener;

    /// <summary>Whether an event's arguments must be read before its handlers are looked for.</summary>
    internal bool SeesEveryEvent => !_any.IsEmpty;

    internal ImmutableArray<Func<string, IReadOnlyList<JsonData>, Task>> AnyListeners => _any;

    /// <summary>The middleware of the latest event; the next event waits for it.</summary>
    internal Task Filtering { get; set; } = Task.CompletedTask;

    internal bool HasEventMiddleware => !_eventMiddleware.IsEmpty;

    /// <summary>Called for every event that arrives, before its own handlers.</summary>
    /// <param name="listener">Called with the event's name and arguments.</param>
    /// <exception cref="ArgumentNullException">The listener is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public void OnAny(Func<string, IReadOnlyList<JsonData>, Task> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        ImmutableInterlocked.Update(ref _any, static (all, added) => all.Add(added), listener);
    }

    /// <summary>Removes all listeners that <c>OnAny</c> added.</summary>
    public void OffAny() => ImmutableInterlocked.InterlockedExchange(ref _any, []);

    /// <summary>Removes a listener that <see cref="OnAny(Func{string, IReadOnlyList{JsonData}, Task})"/> added.</summary>
    /// <param name="listener">The listener, as it was registered.</param>
    [OverloadResolutionPriority(1)]
    public void OffAny(Func<string, IReadOnlyList<JsonData>, Task> listener) =>
        ImmutableInterlocked.Update(ref _any, static (all, removed) => all.Remove(removed), listener);

    /// <summary>Called for every event that is sent to this client, broadcasts included.</summary>
    /// <param name="listener">Called with the event's name and arguments. It must be quick: it runs within the emit.</param>
    /// <exception cref="ArgumentNullException">The listener is <see langword="null"/>.</exception>
    public void OnAnyOutgoing(Action<string, IReadOnlyList<JsonData>> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        lock (_listeners)
        {
            _anyOutgoing = _anyOutgoing.Add(listener);
            CountOutgoingLocked();
        }
    }

    /// <summary>Removes a listener that <see cref="OnAnyOutgoing"/> added; all of them if none is named.</summary>
    /// <param name="listener">The listener, as it was registered.</param>
    public void OffAnyOutgoing(Action<string, IReadOnlyList<JsonData>>? listener = null)
    {
        lock (_listeners)
        {
            _anyOutgoing = listener is null ? [] : _anyOutgoing.Remove(listener);
            CountOutgoingLocked();
        }
    }

    /// <summary>
    /// Adds a middleware, run for every event before its handlers, in the order of registration. It lets the event through by
    /// returning; an exception drops the event and is logged. Events wait for those before them.
    /// </summary>
    /// <param name="middleware">Called with the event's name and arguments.</param>
    /// <exception cref="ArgumentNullException">The middleware is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public void Use(Func<string, IReadOnlyList<JsonData>, Task> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        ImmutableInterlocked.Update(ref _eventMiddleware, static (all, added) => all.Add(added), middleware);
    }

    internal async Task RunEventMiddlewareAsync(string eventName, IReadOnlyList<JsonData> arguments)
    {
        foreach (Func<string, IReadOnlyList<JsonData>, Task> middleware in _eventMiddleware)
        {
            await middleware(eventName, arguments);
        }
    }

    internal void NotifyOutgoing(EventPacket packet)
    {
        foreach (Action<string, IReadOnlyList<JsonData>> listener in _anyOutgoing)
        {
            try
            {
                listener(packet.Name, packet.Arguments);
            }
            catch (Exception exception)
            {
                Namespace.Server.Metrics.HandlerFailed();
                Namespace.Server.Log.HandlerFailed(packet.Name, Id, exception);
            }
        }
    }

    // The namespace reads the arguments of what it sends only while somebody listens.
    private void CountOutgoingLocked()
    {
        bool counts = !_anyOutgoing.IsEmpty && _phase != Phase.Gone;
        if (counts != _countsAsOutgoingListener)
        {
            _countsAsOutgoingListener = counts;
            Namespace.CountOutgoingListener(counts ? 1 : -1);
        }
    }
}
