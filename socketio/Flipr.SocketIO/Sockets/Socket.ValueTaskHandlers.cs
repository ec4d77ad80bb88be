using System.Collections.Immutable;

namespace Flipr.SocketIO;

// The registration of handlers that return a ValueTask, as the library's own methods do: without these overloads a lambda that
// calls one would be an Action, and what it throws later would be lost.
public sealed partial class Socket
{
    /// <inheritdoc cref="On(string, Func{Task})"/>
    public void On(string eventName, Func<ValueTask> handler) =>
        Add(eventName, new EventListener0(() => handler().AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T}(string, Func{T, Task})"/>
    public void On<T>(string eventName, Func<T, ValueTask> handler) =>
        Add(eventName, new EventListener<T>(argument => handler(argument).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2}(string, Func{T1, T2, Task})"/>
    public void On<T1, T2>(string eventName, Func<T1, T2, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2>((argument1, argument2) => handler(argument1, argument2).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3}(string, Func{T1, T2, T3, Task})"/>
    public void On<T1, T2, T3>(string eventName, Func<T1, T2, T3, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2, T3>((argument1, argument2, argument3) => handler(argument1, argument2, argument3).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="On{T1, T2, T3, T4}(string, Func{T1, T2, T3, T4, Task})"/>
    public void On<T1, T2, T3, T4>(string eventName, Func<T1, T2, T3, T4, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4) => handler(argument1, argument2, argument3, argument4).AsTask(), handler, isOnce: false));

    /// <inheritdoc cref="Once(string, Func{Task})"/>
    public void Once(string eventName, Func<ValueTask> handler) =>
        Add(eventName, new EventListener0(() => handler().AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T}(string, Func{T, Task})"/>
    public void Once<T>(string eventName, Func<T, ValueTask> handler) =>
        Add(eventName, new EventListener<T>(argument => handler(argument).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2}(string, Func{T1, T2, Task})"/>
    public void Once<T1, T2>(string eventName, Func<T1, T2, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2>((argument1, argument2) => handler(argument1, argument2).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3}(string, Func{T1, T2, T3, Task})"/>
    public void Once<T1, T2, T3>(string eventName, Func<T1, T2, T3, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2, T3>((argument1, argument2, argument3) => handler(argument1, argument2, argument3).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="Once{T1, T2, T3, T4}(string, Func{T1, T2, T3, T4, Task})"/>
    public void Once<T1, T2, T3, T4>(string eventName, Func<T1, T2, T3, T4, ValueTask> handler) =>
        Add(eventName, new EventListener<T1, T2, T3, T4>((argument1, argument2, argument3, argument4) => handler(argument1, argument2, argument3, argument4).AsTask(), handler, isOnce: true));

    /// <inheritdoc cref="OnDisconnecting(Func{string, Task})"/>
    public void OnDisconnecting(Func<string, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnDisconnecting(reason => handler(reason).AsTask());
    }

    /// <inheritdoc cref="OnDisconnect(Func{string, Task})"/>
    public void OnDisconnect(Func<string, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        OnDisconnect(reason => handler(reason).AsTask());
    }

    /// <inheritdoc cref="OnAny(Func{string, IReadOnlyList{JsonData}, Task})"/>
    public void OnAny(Func<string, IReadOnlyList<JsonData>, ValueTask> listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        OnAny(new ValueTaskListener(listener).InvokeAsync);
    }

    /// <summary>Removes a listener that <see cref="OnAny(Func{string, IReadOnlyList{JsonData}, ValueTask})"/> added.</summary>
    /// <param name="listener">The listener, as it was registered.</param>
    public void OffAny(Func<string, IReadOnlyList<JsonData>, ValueTask> listener) => ImmutableInterlocked.Update(
        ref _any,
        static (all, removed) => all.FirstOrDefault(added => added.Target is ValueTaskListener wrapper && wrapper.Listener == removed) is { } found
            ? all.Remove(found)
            : all,
        listener);

    /// <inheritdoc cref="Use(Func{string, IReadOnlyList{JsonData}, Task})"/>
    public void Use(Func<string, IReadOnlyList<JsonData>, ValueTask> middleware)
    {
        ArgumentNullException.ThrowIfNull(middleware);
        Use((eventName, arguments) => middleware(eventName, arguments).AsTask());
    }

    // Remembers what was registered, for OffAny.
    private sealed class ValueTaskListener(Func<string, IReadOnlyList<JsonData>, ValueTask> listener)
    {
        public Func<string, IReadOnlyList<JsonData>, ValueTask> Listener { get; } = listener;

        public Task InvokeAsync(string eventName, IReadOnlyList<JsonData> arguments) => Listener(eventName, arguments).AsTask();
    }
}
