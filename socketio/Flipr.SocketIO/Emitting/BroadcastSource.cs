using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

/// <summary>What broadcasts start from. Every operator returns a new value; none changes the one it is called on.</summary>
public abstract class BroadcastSource : EventEmitter
{
    private protected BroadcastSource()
    {
    }

    /// <summary>Only sockets that are in the room, or in one of those named by further calls.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    /// <example><code>await io.To("tile:47/-122").EmitAsync("new_property", listing);</code></example>
    public Broadcast To(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Select().WithRoom(room);
    }

    /// <summary>Only sockets that are in one of the rooms; nobody, if none is named.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    /// <example><code>await io.To("berlin", "hamburg").EmitAsync("news", item);</code></example>
    public Broadcast To(params ReadOnlySpan<string> rooms)
    {
        RoomNames.ThrowIfAnyNull(rooms);
        return Select().WithRooms(rooms);
    }

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast In(string room) => To(room);

    /// <summary>The same as <see cref="To(ReadOnlySpan{string})"/>.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast In(params ReadOnlySpan<string> rooms) => To(rooms);

    /// <summary>Not the sockets that are in the room.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    /// <example><code>await io.Except("muted").EmitAsync("message", text);</code></example>
    public Broadcast Except(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return Select().WithoutRoom(room);
    }

    /// <summary>Not the sockets that are in one of the rooms.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    /// <exception cref="ArgumentNullException">A room has no name.</exception>
    public Broadcast Except(params ReadOnlySpan<string> rooms)
    {
        RoomNames.ThrowIfAnyNull(rooms);
        return Select().WithoutRooms(rooms);
    }

    /// <summary>Only sockets of this server: all there are, as long as no adapter connects several.</summary>
    public Broadcast Local => Select().With(isLocal: true);

    /// <summary>May be dropped for a client that is not ready to receive: for values that the next one replaces.</summary>
    public Broadcast AsVolatile => Select().With(isVolatile: true);

    /// <summary>Whether transports that compress should compress this message; they do by default.</summary>
    /// <param name="compress"><see langword="false"/> for data that is compressed already.</param>
    public Broadcast Compress(bool compress) => Select().With(compress: compress);

    /// <summary>Limits the time that the answers may take.</summary>
    /// <param name="timeout">The limit.</param>
    /// <example><code>string[] answers = await io.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync&lt;string&gt;("question");</code></example>
    public Broadcast Timeout(TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        return Select().With(timeout: timeout);
    }

    /// <summary>Emits an event with one argument and waits for the answers of all its recipients.</summary>
    /// <typeparam name="T">What the first argument of each answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="argument">The argument. An array is one argument; it is serialised as its own type, whatever type the variable has.</param>
    /// <returns>The answers, in no particular order; none if there are no recipients.</returns>
    /// <exception cref="AckTimeoutException{T}">A recipient disconnected, did not answer in time, or answered with something that is not a <typeparamref name="T"/>; the exception holds the answers of the others.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    public Task<T[]> EmitWithAckAsync<T>(string eventName, object? argument) => EmitWithAckAsync<T>(eventName, [argument]);

    /// <summary>Emits an event and waits for the answers of all its recipients.</summary>
    /// <typeparam name="T">What the first argument of each answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <returns>The answers, in no particular order; none if there are no recipients.</returns>
    /// <exception cref="AckTimeoutException{T}">A recipient disconnected, did not answer in time, or answered with something that is not a <typeparamref name="T"/>; the exception holds the answers of the others.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overload above takes it as one argument.
    public Task<T[]> EmitWithAckAsync<T>(string eventName, params ReadOnlySpan<object?> arguments) =>
        Select().CollectAsync<T>(eventName, arguments);

    /// <summary>The sockets, as they are now.</summary>
    public ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync() => Select().FetchAsync();

    /// <summary>Lets the sockets join rooms.</summary>
    /// <param name="rooms">The rooms' names.</param>
    /// <exception cref="ArgumentNullException">There are no rooms, or one has no name; no socket has joined any.</exception>
    /// <exception cref="AggregateException">Some sockets are in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows; the others have joined.</exception>
    public ValueTask SocketsJoinAsync(params string[] rooms)
    {
        RoomNames.ThrowIfAnyNull(rooms);
        return Select().JoinAllAsync(rooms);
    }

    /// <summary>Lets the sockets leave rooms.</summary>
    /// <param name="rooms">The rooms' names.</param>
    /// <exception cref="ArgumentNullException">There are no rooms, or one has no name; no socket has left any.</exception>
    public ValueTask SocketsLeaveAsync(params string[] rooms)
    {
        RoomNames.ThrowIfAnyNull(rooms);
        return Select().LeaveAllAsync(rooms);
    }

    /// <summary>Disconnects the sockets; their clients do not reconnect by themselves.</summary>
    /// <param name="close">Whether to end their connections with all namespaces.</param>
    public ValueTask DisconnectSocketsAsync(bool close = false) => Select().DisconnectAllAsync(close);

    private protected abstract Broadcast Select();
}
