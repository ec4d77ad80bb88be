namespace Flipr.SocketIO;

/// <summary>A handler registered for an event: knows its parameters' types, so that nothing is looked up at run time.</summary>
internal abstract class EventListener(Delegate handler, bool isOnce)
{
    private bool _hasRun;

    /// <summary>What the application registered; <c>Off</c> compares it.</summary>
    public Delegate Handler { get; } = handler;

    /// <summary>Whether it runs for one event only.</summary>
    public bool IsOnce { get; } = isOnce;

    /// <summary>Whether it may run; a one-time listener may do so once.</summary>
    public bool TryTake() => !IsOnce || !Interlocked.Exchange(ref _hasRun, true);

    /// <summary>Reads the arguments and calls the handler.</summary>
    public abstract Task InvokeAsync(ref ArgumentReader arguments);
}

/// <inheritdoc/>
internal sealed class EventListener0(Func<Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) => handler();
}

/// <inheritdoc/>
internal sealed class EventListener<T>(Func<T, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) => handler(arguments.Read<T>());
}

/// <inheritdoc/>
internal sealed class EventListener<T1, T2>(Func<T1, T2, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) => handler(arguments.Read<T1>(), arguments.Read<T2>());
}

/// <inheritdoc/>
internal sealed class EventListener<T1, T2, T3>(Func<T1, T2, T3, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T1>(), arguments.Read<T2>(), arguments.Read<T3>());
}

/// <inheritdoc/>
internal sealed class EventListener<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T1>(), arguments.Read<T2>(), arguments.Read<T3>(), arguments.Read<T4>());
}
