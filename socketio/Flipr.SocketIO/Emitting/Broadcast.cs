using System.Collections.Immutable;
using System.Diagnostics;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>A selection of a namespace's sockets, and how to send to them. Immutable: keep it and emit as often as you like.</summary>
public sealed class Broadcast : BroadcastSource
{
    private const int MinDeferredFlushes = 16;

    [ThreadStatic]
    private static List<EngineSession>? _unflushed;

    private readonly Namespace _namespace;
    private ImmutableArray<string> _rooms = [];
    private ImmutableArray<string> _except = [];
    private bool _isVolatile;

    // A list of rooms that happens to be empty must not become everybody.
    private bool _isNobody;
    private bool _compress = true;
    private TimeSpan? _timeout;

    internal Broadcast(Namespace ns) => _namespace = ns;

    private Broadcast(Broadcast other)
    {
        _namespace = other._namespace;
        _rooms = other._rooms;
        _except = other._except;
        _isVolatile = other._isVolatile;
        _compress = other._compress;
        _timeout = other._timeout;
        _isNobody = other._isNobody;
    }

    internal override SocketIOSerializer Serializer => _namespace.Server.Serializer;

    internal Broadcast WithRooms(ReadOnlySpan<string> rooms) => new(this) { _rooms = _rooms.AddRange(rooms), _isNobody = _isNobody || (rooms.IsEmpty && _rooms.IsEmpty) };

    internal Broadcast WithoutRooms(ReadOnlySpan<string> rooms) => new(this) { _except = _except.AddRange(rooms) };

    internal Broadcast WithRoom(string room) => new(this) { _rooms = _rooms.Add(room) };

    internal Broadcast WithoutRoom(string room) => new(this) { _except = _except.Add(room) };

    // Local changes nothing as long as one server is its own cluster.
    internal Broadcast With(bool? isVolatile = null, bool? compress = null, TimeSpan? timeout = null) => new(this)
    {
        _isVolatile = isVolatile ?? _isVolatile,
        _compress = compress ?? _compress,
        _timeout = timeout ?? _timeout,
    };

    internal IReadOnlyCollection<Socket> Recipients() => _isNobody && _rooms.IsEmpty ? [] : _namespace.Rooms.Select(_rooms.AsSpan(), _except.AsSpan());

    /// <summary>Emits with one ack id per recipient; the JSON is written once.</summary>
    internal Task<T[]> CollectAsync<T>(string eventName, ReadOnlySpan<object?> arguments)
    {
        using EventWriter writer = EventWriter.BeginEvent(Serializer, eventName);
        foreach (object? argument in arguments)
        {
            writer.Write(argument);
        }

        writer.End();
        using Activity? activity = SocketIOActivities.StartPublish(eventName, _namespace.Name);
        IReadOnlyCollection<Socket> recipients = Recipients();
        OnEmitting(eventName, recipients.Count, activity);
        NotifyOutgoing(recipients, eventName, writer);
        var answers = new BroadcastAnswers<T>(_namespace.Server.Log, eventName, recipients.Count);
        EngineClock clock = _namespace.Server.Engine.Clock;
        long deadline = _timeout is { } timeout ? clock.Now + (long)timeout.TotalMilliseconds : EngineClock.Never;
        foreach (Socket socket in recipients)
        {
            PendingAck ack = answers.CreateAck(socket.Id, deadline);
            ulong id;
            try
            {
                id = socket.OweAck(ack);
            }
            catch (InvalidOperationException exception)
            {
                // One client that owes too many answers does not cost the others theirs.
                ack.Fail(exception);
                continue;
            }

            OutboundMessage message = writer.CopyToMessage(_namespace.WireName, id, _compress);
            socket.Send(message, _isVolatile);
            message.Release();
        }

        return answers.Task;
    }

    /// <summary>Sends what a writer holds and leaves it as it is, for the next namespace.</summary>
    /// <returns>To how many sockets.</returns>
    internal int SendCopy(string eventName, EventWriter writer)
    {
        OutboundMessage message = writer.CopyToMessage(_namespace.WireName, ackId: null, _compress);
        IReadOnlyCollection<Socket> recipients = Recipients();
        NotifyOutgoing(recipients, eventName, writer);
        Send(message, recipients);
        message.Release();
        return recipients.Count;
    }

    internal ValueTask BroadcastAsync(string eventName, EventWriter writer)
    {
        using Activity? activity = SocketIOActivities.StartPublish(eventName, _namespace.Name);
        IReadOnlyCollection<Socket> recipients = Recipients();
        OnEmitting(eventName, recipients.Count, activity);
        NotifyOutgoing(recipients, eventName, writer);
        OutboundMessage message = writer.ToMessage(_namespace.WireName, ackId: null, isAck: false, _compress);
        Send(message, recipients);
        message.Release();
        return ValueTask.CompletedTask;
    }

    private protected override Broadcast Select() => this;

    private protected override ValueTask SendAsync(string eventName, EventWriter writer) => BroadcastAsync(eventName, writer);

    private void Send(OutboundMessage message, IReadOnlyCollection<Socket> recipients)
    {
        // A flush on another thread pays where there are many; a few have the message sooner without it.
        List<EngineSession>? unflushed = recipients.Count >= MinDeferredFlushes ? _unflushed ??= [] : null;
        if (recipients is Socket[] everyone)
        {
            foreach (Socket socket in everyone)
            {
                socket.Send(message, _isVolatile, unflushed);
            }
        }
        else
        {
            foreach (Socket socket in recipients)
            {
                socket.Send(message, _isVolatile, unflushed);
            }
        }

        if (unflushed is not null)
        {
            _namespace.Server.Engine.Flusher.Add(unflushed);
        }
    }

    private void OnEmitting(string eventName, int recipients, Activity? activity)
    {
        _namespace.Server.Metrics.EventSent(eventName);
        _namespace.Server.Metrics.Broadcast(recipients);
        SocketIOActivities.SetRecipients(activity, recipients);
    }

    private void NotifyOutgoing(IReadOnlyCollection<Socket> recipients, string eventName, EventWriter writer)
    {
        if (_namespace.HasOutgoingListeners)
        {
            IReadOnlyList<JsonData> arguments = writer.ReadArguments();
            foreach (Socket socket in recipients)
            {
                socket.NotifyOutgoing(eventName, arguments);
            }
        }
    }
}
