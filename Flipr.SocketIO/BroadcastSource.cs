namespace Flipr.SocketIO;

/// <summary>What broadcasts start from. Every operator returns a new value; none changes the one it is called on.</summary>
public abstract class BroadcastSource : EventEmitter
{
    /// <summary>Only sockets that are in the room, or in one of those named by further calls.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <example><code>await io.To("tile:47/-122").EmitAsync("new_property", listing);</code></example>
    public Broadcast To(string room) => Select().WithRoom(room);

    /// <summary>Only sockets that are in one of the rooms.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    public Broadcast To(params IEnumerable<string> rooms) => rooms.Aggregate(Select(), static (selection, room) => selection.WithRoom(room));

    /// <summary>The same as <see cref="To(string)"/>.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    public Broadcast In(string room) => To(room);

    /// <summary>Not the sockets that are in the room.</summary>
    /// <param name="room">A room's name, or a socket's id.</param>
    /// <example><code>await io.Except("muted").EmitAsync("message", text);</code></example>
    public Broadcast Except(string room) => Select().WithoutRoom(room);

    /// <summary>Not the sockets that are in one of the rooms.</summary>
    /// <param name="rooms">Room names or socket ids.</param>
    public Broadcast Except(params IEnumerable<string> rooms) => rooms.Aggregate(Select(), static (selection, room) => selection.WithoutRoom(room));

    /// <summary>Only sockets of this server, where several form a cluster.</summary>
    public Broadcast Local => Select().With(isLocal: true);

    private protected abstract Broadcast Select();
}
