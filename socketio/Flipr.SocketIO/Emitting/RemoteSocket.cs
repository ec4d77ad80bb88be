using System.Runtime.CompilerServices;

namespace Flipr.SocketIO;

/// <summary>
/// A socket as seen from outside of its connection, on whatever server it is: what <see cref="BroadcastSource.FetchSocketsAsync"/> returns.
/// What it tells is as it was when it was fetched; what is done with it is done by the socket's id.
/// </summary>
public sealed class RemoteSocket : EventEmitter
{
    private readonly Broadcast _self;

    /// <summary>Creates one of what another server has told.</summary>
    /// <param name="ns">The namespace that the socket is in.</param>
    /// <param name="id">The socket's id.</param>
    /// <param name="handshake">The request that opened its connection.</param>
    /// <param name="rooms">The rooms it is in, the one with its own id included.</param>
    /// <param name="data">What the application remembers with it.</param>
    public RemoteSocket(Namespace ns, string id, Handshake handshake, IReadOnlyCollection<string> rooms, IReadOnlyDictionary<string, object?> data)
        : this(new Broadcast(ns.Scope).WithRoom(id).AsSingle(), id, handshake, rooms, data)
    {
    }

    internal RemoteSocket(Socket socket)
        : this(socket.Namespace, socket.Id, socket.Handshake, socket.Rooms, socket.SnapshotData())
    {
    }

    private RemoteSocket(Broadcast self, string id, Handshake handshake, IReadOnlyCollection<string> rooms, IReadOnlyDictionary<string, object?> data)
    {
        _self = self;
        Id = id;
        Handshake = handshake;
        Rooms = rooms;
        Data = data;
    }

    /// <summary>The socket's id.</summary>
    public string Id { get; }

    /// <summary>The request that opened its connection.</summary>
    public Handshake Handshake { get; }

    /// <summary>The rooms it was in when it was fetched.</summary>
    public IReadOnlyCollection<string> Rooms { get; }

    /// <summary>What the application remembered with it when it was fetched.</summary>
    public IReadOnlyDictionary<string, object?> Data { get; }

    internal override SocketIOSerializer Serializer => _self.Serializer;

    /// <summary>The same socket, with a limit to the time that its answers may take.</summary>
    /// <param name="timeout">The limit.</param>
    public RemoteSocket Timeout(TimeSpan timeout) => new(_self.Timeout(timeout), Id, Handshake, Rooms, Data);

    /// <summary>Emits an event with one argument and waits for the client's answer.</summary>
    /// <inheritdoc cref="EmitWithAckAsync{T}(string, ReadOnlySpan{object})"/>
    public Task<T> EmitWithAckAsync<T>(string eventName, object? argument) => EmitWithAckAsync<T>(eventName, [argument]);

    /// <summary>Emits an event and waits for the client's answer.</summary>
    /// <typeparam name="T">What the first argument of the answer is read as; an answer without arguments is the type's default. An array of <see cref="JsonData"/> takes all its arguments.</typeparam>
    /// <param name="eventName">The event's name.</param>
    /// <param name="arguments">The arguments; each is serialised as its own type.</param>
    /// <exception cref="AckTimeoutException">The client did not answer in time, answered with something that is not a <typeparamref name="T"/>, or has left since.</exception>
    /// <exception cref="SocketDisconnectedException">There is no such socket any more.</exception>
    /// <exception cref="ArgumentException">The name is reserved by Socket.IO.</exception>
    [OverloadResolutionPriority(-1)] // Every array of objects converts to the span: the overload above takes it as one argument.
    public Task<T> EmitWithAckAsync<T>(string eventName, params ReadOnlySpan<object?> arguments) => SingleAsync(_self.CollectAsync<T>(eventName, arguments));

    /// <summary>Lets it join a room.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name.</exception>
    /// <exception cref="AggregateException">The socket is in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows.</exception>
    public ValueTask JoinAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return _self.SocketsJoinAsync(room);
    }

    /// <summary>Lets it leave a room; nothing happens if it is not in it.</summary>
    /// <param name="room">The room's name.</param>
    /// <exception cref="ArgumentNullException">The room has no name.</exception>
    public ValueTask LeaveAsync(string room)
    {
        ArgumentNullException.ThrowIfNull(room);
        return _self.SocketsLeaveAsync(room);
    }

    /// <inheritdoc cref="Socket.DisconnectAsync"/>
    public ValueTask DisconnectAsync(bool close = false) => _self.DisconnectSocketsAsync(close);

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => _self.BroadcastAsync(eventName, writer);

    private async Task<T> SingleAsync<T>(Task<T[]> answers)
    {
        try
        {
            return await answers is [var answer, ..] ? answer : throw new SocketDisconnectedException(Id, "it has left");
        }
        catch (AckTimeoutException<T> exception)
        {
            throw new AckTimeoutException(exception.Message);
        }
    }
}
