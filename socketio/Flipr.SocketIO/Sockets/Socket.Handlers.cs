using System.Runtime.CompilerServices;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

// The registration of handlers. The overloads differ in the number of arguments only; the last one may be an Ack.
// An async lambda fits Task and ValueTask alike: here and elsewhere, the priority decides for Task.
public sealed partial class Socket
{
    /// <summary>Handles every event of this name, taking no arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments. The next event starts when it returns.</param>
    public void On(string eventName, Action handler) => Add(eventName, new EventListener0(
        () =>
        {
            handler();
            return Task.CompletedTask;
        },
        handler,
        isOnce: false));

    /// <summary>Handles every event of this name, taking no arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void On(string eventName, Func<Task> handler) => Add(eventName, new EventListener0(handler, handler, isOnce: false));

    /// <summary>Handles every event of this name, taking one argument.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void On<T>(string eventName, Action<T> handler) => Add(eventName, new EventListener<T>(
        argument =>
        {
            handler(argument);
            return Task.CompletedTask;
        },
        handler,
        isOnce: false));

    /// <summary>Handles every event of this name, taking one argument.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void On<T>(string eventName, Func<T, Task> handler) => Add(eventName, new EventListener<T>(handler, handler, isOnce: false));

    /// <summary>Handles every event of this name, taking two arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void On<T1, T2>(string eventName, Action<T1, T2> handler) => Add(eventName, new EventListener<T1, T2>(
        (argument1, argument2) =>
        {
            handler(argument1, argument2);
            return Task.CompletedTask;
        },
        handler,
        isOnce: false));

    /// <summary>Handles every event of this name, taking two arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2>(string eventName, Func<T1, T2, Task> handler) => Add(eventName, new EventListener<T1, T2>(handler, handler, isOnce: false));

    /// <summary>Handles every event of this name, taking three arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void On<T1, T2, T3>(string eventName, Action<T1, T2, T3> handler) => Add(eventName, new EventListener<T1, T2, T3>(
        (argument1, argument2, argument3) =>
        {
            handler(argument1, argument2, argument3);
            return Task.CompletedTask;
        },
        handler,
        isOnce: false));

    /// <summary>Handles every event of this name, taking three arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2, T3>(string eventName, Func<T1, T2, T3, Task> handler) => Add(eventName, new EventListener<T1, T2, T3>(handler, handler, isOnce: false));

    /// <summary>Handles every event of this name, taking four arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void On<T1, T2, T3, T4>(string eventName, Action<T1, T2, T3, T4> handler) => Add(eventName, new EventListener<T1, T2, T3, T4>(
        (argument1, argument2, argument3, argument4) =>
        {
            handler(argument1, argument2, argument3, argument4);
            return Task.CompletedTask;
        },
        handler,
        isOnce: false));

    /// <summary>Handles every event of this name, taking four arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void On<T1, T2, T3, T4>(string eventName, Func<T1, T2, T3, T4, Task> handler) => Add(eventName, new EventListener<T1, T2, T3, T4>(handler, handler, isOnce: false));

    /// <summary>Handles the next event of this name only, taking no arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments. The next event starts when it returns.</param>
    public void Once(string eventName, Action handler) => Add(eventName, new EventListener0(
        () =>
        {
            handler();
            return Task.CompletedTask;
        },
        handler,
        isOnce: true));

    /// <summary>Handles the next event of this name only, taking no arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void Once(string eventName, Func<Task> handler) => Add(eventName, new EventListener0(handler, handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking one argument.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void Once<T>(string eventName, Action<T> handler) => Add(eventName, new EventListener<T>(
        argument =>
        {
            handler(argument);
            return Task.CompletedTask;
        },
        handler,
        isOnce: true));

    /// <summary>Handles the next event of this name only, taking one argument.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void Once<T>(string eventName, Func<T, Task> handler) => Add(eventName, new EventListener<T>(handler, handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking two arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void Once<T1, T2>(string eventName, Action<T1, T2> handler) => Add(eventName, new EventListener<T1, T2>(
        (argument1, argument2) =>
        {
            handler(argument1, argument2);
            return Task.CompletedTask;
        },
        handler,
        isOnce: true));

    /// <summary>Handles the next event of this name only, taking two arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2>(string eventName, Func<T1, T2, Task> handler) => Add(eventName, new EventListener<T1, T2>(handler, handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking three arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void Once<T1, T2, T3>(string eventName, Action<T1, T2, T3> handler) => Add(eventName, new EventListener<T1, T2, T3>(
        (argument1, argument2, argument3) =>
        {
            handler(argument1, argument2, argument3);
            return Task.CompletedTask;
        },
        handler,
        isOnce: true));

    /// <summary>Handles the next event of this name only, taking three arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2, T3>(string eventName, Func<T1, T2, T3, Task> handler) => Add(eventName, new EventListener<T1, T2, T3>(handler, handler, isOnce: true));

    /// <summary>Handles the next event of this name only, taking four arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. The next event starts when it returns.</param>
    public void Once<T1, T2, T3, T4>(string eventName, Action<T1, T2, T3, T4> handler) => Add(eventName, new EventListener<T1, T2, T3, T4>(
        (argument1, argument2, argument3, argument4) =>
        {
            handler(argument1, argument2, argument3, argument4);
            return Task.CompletedTask;
        },
        handler,
        isOnce: true));

    /// <summary>Handles the next event of this name only, taking four arguments.</summary>
    /// <param name="eventName">The event's name; one that Socket.IO reserves is an <see cref="ArgumentException"/>, which says what to use instead.</param>
    /// <param name="handler">Called with the arguments in their types; what the client did not send is the default. It may run on; the next event starts when it first awaits.</param>
    [OverloadResolutionPriority(1)]
    public void Once<T1, T2, T3, T4>(string eventName, Func<T1, T2, T3, T4, Task> handler) => Add(eventName, new EventListener<T1, T2, T3, T4>(handler, handler, isOnce: true));

    /// <summary>Removes every handler of an event.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <exception cref="ArgumentNullException">The name is <see langword="null"/>.</exception>
    public void Off(string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        lock (_listeners)
        {
            _listeners.Remove(eventName);
        }
    }

    /// <summary>Removes one handler of an event.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="handler">The handler, as it was registered.</param>
    /// <exception cref="ArgumentNullException">The name or the handler is <see langword="null"/>.</exception>
    public void Off(string eventName, Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        ArgumentNullException.ThrowIfNull(handler);
        lock (_listeners)
        {
            if (_listeners.TryGetValue(eventName, out EventListener[]? listeners))
            {
                Set(eventName, [.. listeners.Where(listener => listener.Handler != handler)]);
            }
        }
    }

    /// <summary>The listeners of an event, as they are now; those that run once are used up by this.</summary>
    internal EventListener[] TakeListeners(ReadOnlySpan<char> eventName)
    {
        lock (_listeners)
        {
            if (!_listeners.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(eventName, out string? name, out EventListener[]? listeners))
            {
                return [];
            }

            if (Array.Exists(listeners, static listener => listener.IsOnce))
            {
                Set(name, [.. listeners.Where(static listener => !listener.IsOnce)]);
            }

            return listeners;
        }
    }

    /// <exception cref="ArgumentNullException">There is no name or no handler.</exception>
    /// <exception cref="ArgumentException">The name is reserved: no client can send such an event.</exception>
    private void Add(string eventName, EventListener listener)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        ArgumentNullException.ThrowIfNull(listener.Handler, "handler");
        if (ReservedEvents.Contains(eventName))
        {
            throw new ArgumentException($"'{eventName}' is reserved by Socket.IO and never arrives as an event{RemedyFor(eventName)}.", nameof(eventName));
        }

        lock (_listeners)
        {
            _listeners[eventName] = _listeners.TryGetValue(eventName, out EventListener[]? listeners) ? [.. listeners, listener] : [listener];
        }
    }

    // What a Node program would have meant by it.
    private static string RemedyFor(string eventName) => eventName switch
    {
        "connect" => "; sockets that connect are for OnConnection of the namespace or the server",
        "connect_error" => "; requests that were refused are for the server's OnConnectionError",
        "disconnect" => "; use OnDisconnect",
        "disconnecting" => "; use OnDisconnecting",
        _ => "",
    };

    private void Set(string eventName, EventListener[] listeners)
    {
        if (listeners.Length == 0)
        {
            _listeners.Remove(eventName);
        }
        else
        {
            _listeners[eventName] = listeners;
        }
    }
}
