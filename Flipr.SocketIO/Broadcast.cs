using System.Collections.Immutable;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>A selection of a namespace's sockets, and how to send to them. Immutable: keep it and emit as often as you like.</summary>
public sealed class Broadcast : BroadcastSource
{
    private readonly Namespace _namespace;
    private readonly ImmutableArray<string> _rooms;
    private readonly ImmutableArray<string> _except;
    private readonly bool _isVolatile;
    private readonly bool _compress;
    private readonly TimeSpan? _timeout;

    internal Broadcast(Namespace ns)
        : this(ns, [], [], isVolatile: false, compress: true, timeout: null)
    {
    }

    private Broadcast(
        Namespace ns, ImmutableArray<string> rooms, ImmutableArray<string> except, bool isVolatile, bool compress, TimeSpan? timeout)
    {
        _namespace = ns;
        _rooms = rooms;
        _except = except;
        _isVolatile = isVolatile;
        _compress = compress;
        _timeout = timeout;
    }

    /// <summary>May be dropped for a client that is not ready to receive: for values that the next one replaces.</summary>
    public Broadcast Volatile => new(_namespace, _rooms, _except, isVolatile: true, _compress, _timeout);

    internal override SocketIOSerializer Serializer => _namespace.Server.Serializer;

    /// <summary>Whether transports that compress should compress this message; they do by default.</summary>
    /// <param name="compress"><see langword="false"/> for data that is compressed already.</param>
    public Broadcast Compress(bool compress) => new(_namespace, _rooms, _except, _isVolatile, compress, _timeout);

    internal Broadcast WithRoom(string room) => new(_namespace, _rooms.Add(room), _except, _isVolatile, _compress, _timeout);

    internal Broadcast WithoutRoom(string room) => new(_namespace, _rooms, _except.Add(room), _isVolatile, _compress, _timeout);

    // One server is its own cluster: local or not makes no difference until there is an adapter that spans several.
    internal Broadcast With(bool isLocal) => isLocal ? this : new Broadcast(_namespace);

    private protected override Broadcast Select() => this;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer)
    {
        OutboundMessage message = writer.ToMessage(_namespace.WireName, ackId: null, isAck: false, _compress);
        foreach (Socket socket in _namespace.Rooms.Select(_rooms.AsSpan(), _except.AsSpan()))
        {
            socket.Send(message, _isVolatile);
        }

        message.Release();
        return ValueTask.CompletedTask;
    }
}
