using Flipr.SocketIO.Adapters;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>The sockets of this server: who is in which room, and how they are sent to. As long as nothing else is configured, all there are.</summary>
public sealed class LocalAdapter : Adapter
{
    private const int MinDeferredFlushes = 16;

    [ThreadStatic]
    private static List<EngineSession>? _unflushed;

    internal LocalAdapter(Namespace ns)
        : base(ns)
    {
    }

    internal RoomIndex<Socket> Rooms { get; } = new();

    /// <inheritdoc/>
    public override ValueTask<int> CountServersAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(1);

    /// <inheritdoc/>
    public override ValueTask JoinAsync(string socketId, IReadOnlyList<string> rooms)
    {
        if (Rooms.Find(socketId) is { } socket)
        {
            Join(socket, rooms);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask LeaveAsync(string socketId, IReadOnlyList<string> rooms)
    {
        if (Rooms.Find(socketId) is { } socket)
        {
            Leave(socket, rooms);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask BroadcastAsync(EventPacket packet, BroadcastTarget target)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ArgumentNullException.ThrowIfNull(target);
        IReadOnlyCollection<Socket> recipients = Select(target);
        packet.RecipientCount += recipients.Count;
        if (recipients.Count == 0)
        {
            return ValueTask.CompletedTask;
        }

        NotifyOutgoing(recipients, packet);

        // A flush on another thread pays where there are many; a few have the message sooner without it.
        List<EngineSession>? unflushed = recipients.Count >= MinDeferredFlushes ? _unflushed ??= [] : null;
        try
        {
            if (recipients is Socket[] everyone)
            {
                foreach (Socket socket in everyone)
                {
                    socket.Send(packet.MessageFor(socket.Parser, target.Compress), target.IsVolatile, unflushed);
                }
            }
            else
            {
                foreach (Socket socket in recipients)
                {
                    socket.Send(packet.MessageFor(socket.Parser, target.Compress), target.IsVolatile, unflushed);
                }
            }
        }
        finally
        {
            if (unflushed is not null)
            {
                Namespace.Server.Engine.Flusher.Add(unflushed);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask BroadcastWithAckAsync(EventPacket packet, BroadcastTarget target, AnswerCollector answers)
    {
        ArgumentNullException.ThrowIfNull(packet);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(answers);
        IReadOnlyCollection<Socket> recipients = Select(target);
        packet.RecipientCount += recipients.Count;
        answers.Expect(recipients.Count);
        NotifyOutgoing(recipients, packet);
        EngineClock clock = Namespace.Server.Engine.Clock;
        long deadline = target.Timeout is { } timeout ? clock.Now + (long)timeout.TotalMilliseconds : EngineClock.Never;
        foreach (Socket socket in recipients)
        {
            var ack = new BroadcastAck(socket.Id, answers) { Deadline = deadline };
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

            OutboundMessage message = packet.CreateMessage(socket.Parser, id, target.Compress);
            socket.Send(message, target.IsVolatile);
            message.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(BroadcastTarget target) =>
        ValueTask.FromResult<IReadOnlyList<RemoteSocket>>([.. Select(target).Select(static socket => new RemoteSocket(socket))]);

    /// <inheritdoc/>
    public override ValueTask SocketsJoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        List<Exception>? failures = null;
        foreach (Socket socket in Select(target))
        {
            try
            {
                Join(socket, rooms);
            }
            catch (InvalidOperationException exception)
            {
                (failures ??= []).Add(exception);
            }
        }

        return failures is null ? ValueTask.CompletedTask : ValueTask.FromException(new AggregateException(failures));
    }

    /// <inheritdoc/>
    public override ValueTask SocketsLeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        foreach (Socket socket in Select(target))
        {
            Leave(socket, rooms);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DisconnectSocketsAsync(BroadcastTarget target, bool close)
    {
        foreach (Socket socket in Select(target))
        {
            await socket.DisconnectAsync(close);
        }
    }

    /// <inheritdoc/>
    public override ValueTask ServerSideEmitAsync(EventPacket packet) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<JsonData>> ServerSideEmitWithAckAsync(EventPacket packet, TimeSpan timeout) => Task.FromResult<IReadOnlyList<JsonData>>([]);

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyDictionary<string, int>> CountRoomsAsync() => ValueTask.FromResult(Rooms.CountMembers());

    /// <summary>The sockets that a target means, each once: a snapshot.</summary>
    internal IReadOnlyCollection<Socket> Select(BroadcastTarget target) => Rooms.Select(target.Rooms.AsSpan(), target.Except.AsSpan());

    /// <summary>Puts a socket into rooms.</summary>
    /// <exception cref="InvalidOperationException">It is in as many rooms as it may be.</exception>
    private static void Join(Socket socket, IReadOnlyList<string> rooms)
    {
        foreach (string room in rooms)
        {
            socket.JoinLocal(room);
        }
    }

    private void Leave(Socket socket, IReadOnlyList<string> rooms)
    {
        foreach (string room in rooms)
        {
            Rooms.Leave(socket.Id, socket, room);
        }
    }

    private void NotifyOutgoing(IReadOnlyCollection<Socket> recipients, EventPacket packet)
    {
        if (Namespace.HasOutgoingListeners)
        {
            foreach (Socket socket in recipients)
            {
                socket.NotifyOutgoing(packet);
            }
        }
    }
}
