using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

/// <summary>What can emit events: a socket, a namespace, the server, or a selection of sockets.</summary>
/// <remarks>
/// Emitting completes when the message is queued for its recipients, not when they have it; for that, ask for an ack. To one
/// socket it completes when little waits for its client: await it, and you keep the client's pace.
/// Arguments are serialised before the method returns.
/// </remarks>
public abstract class EventEmitter
{
    private protected EventEmitter()
    {
    }

    internal abstract SocketIOSerializer Serializer { get; }

    /// <summary>Emits an event without arguments.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public ValueTask EmitAsync(string eventName)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        return Finish(eventName, writer);
    }

    /// <summary>Emits an event with one argument.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument; binary values anywhere in it are sent as attachments.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public ValueTask EmitAsync<T>(string eventName, T argument)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        writer.Write(argument);
        return Finish(eventName, writer);
    }

    /// <summary>Emits an event with one argument, a bare <see langword="null"/> for example; it is serialised as its own type.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public ValueTask EmitAsync(string eventName, object? argument) => EmitAsync<object?>(eventName, argument);

    /// <summary>Emits an event with two arguments.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument1">The first argument.</param>
    /// <param name="argument2">The second argument.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public ValueTask EmitAsync<T1, T2>(string eventName, T1 argument1, T2 argument2)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        writer.Write(argument1);
        writer.Write(argument2);
        return Finish(eventName, writer);
    }

    /// <summary>Emits an event with three arguments.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument1">The first argument.</param>
    /// <param name="argument2">The second argument.</param>
    /// <param name="argument3">The third argument.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public ValueTask EmitAsync<T1, T2, T3>(string eventName, T1 argument1, T2 argument2, T3 argument3)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        writer.Write(argument1);
        writer.Write(argument2);
        writer.Write(argument3);
        return Finish(eventName, writer);
    }

    /// <summary>Emits an event with any number of arguments; each is serialised as its own type.</summary>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments. An array in their place is one argument; to spread it, give its span.</param>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    /// <example><code>await socket.EmitAsync("row", cells.AsSpan()); // object?[] cells: as many arguments as it has elements</code></example>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overloads above take it as one argument.
    public ValueTask EmitAsync(string eventName, params ReadOnlySpan<object?> arguments)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        return Finish(eventName, writer);
    }

    /// <summary>Sends a finished event; the writer is disposed when this returns.</summary>
    private protected abstract ValueTask SendAsync(string eventName, EventWriter writer);

    private ValueTask Finish(string eventName, EventWriter writer)
    {
        writer.End();
        return SendAsync(eventName, writer);
    }
}
