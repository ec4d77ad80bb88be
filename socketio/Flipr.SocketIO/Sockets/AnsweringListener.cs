namespace Flipr.SocketIO;

/// <summary>A handler whose value answers the event: it takes the event's <see cref="Ack"/> beside its arguments.</summary>
internal sealed class AnsweringListener0(Func<Ack, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) => handler(arguments.Read<Ack>());
}

/// <inheritdoc cref="AnsweringListener0"/>
internal sealed class AnsweringListener<T>(Func<T, Ack, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T>(), arguments.Read<Ack>());
}

/// <inheritdoc cref="AnsweringListener0"/>
internal sealed class AnsweringListener<T1, T2>(Func<T1, T2, Ack, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T1>(), arguments.Read<T2>(), arguments.Read<Ack>());
}

/// <inheritdoc cref="AnsweringListener0"/>
internal sealed class AnsweringListener<T1, T2, T3>(Func<T1, T2, T3, Ack, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T1>(), arguments.Read<T2>(), arguments.Read<T3>(), arguments.Read<Ack>());
}

/// <inheritdoc cref="AnsweringListener0"/>
internal sealed class AnsweringListener<T1, T2, T3, T4>(Func<T1, T2, T3, T4, Ack, Task> handler, Delegate original, bool isOnce) : EventListener(original, isOnce)
{
    public override Task InvokeAsync(ref ArgumentReader arguments) =>
        handler(arguments.Read<T1>(), arguments.Read<T2>(), arguments.Read<T3>(), arguments.Read<T4>(), arguments.Read<Ack>());
}
