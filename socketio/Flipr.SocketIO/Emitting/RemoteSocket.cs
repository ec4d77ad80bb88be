namespace Flipr.SocketIO;

/// <summary>A socket as seen from outside of its connection: what <see cref="BroadcastSource.FetchSocketsAsync"/> returns.</summary>
public sealed class RemoteSocket : EventEmitter
{
    private readonly Socket _socket;

    internal RemoteSocket(Socket socket)
    {
        _socket = socket;
        Rooms = socket.Rooms;
    }

    /// <summary>The socket's id.</summary>
    public string Id => _socket.Id;

    /// <summary>The request that opened its connection.</summary>
    public Handshake Handshake => _socket.Handshake;

    /// <summary>The rooms it was in when it was fetched.</summary>
    public IReadOnlyCollection<string> Rooms { get; }

    /// <summary>What the application remembers with it.</summary>
    public IDictionary<string, object?> Data => _socket.Data;

    internal override SocketIOSerializer Serializer => _socket.Serializer;

    /// <inheritdoc cref="Socket.JoinAsync"/>
    public ValueTask JoinAsync(string room) => _socket.JoinAsync(room);

    /// <inheritdoc cref="Socket.LeaveAsync"/>
    public ValueTask LeaveAsync(string room) => _socket.LeaveAsync(room);

    /// <inheritdoc cref="Socket.DisconnectAsync"/>
    public ValueTask DisconnectAsync(bool close = false) => _socket.DisconnectAsync(close);

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => new SocketEmitter(_socket).SendEventAsync(eventName, writer);
}
