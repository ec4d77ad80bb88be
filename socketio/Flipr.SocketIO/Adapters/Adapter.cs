namespace Flipr.SocketIO;

/// <summary>
/// Where everything that concerns the sockets of one namespace goes through: broadcasts, rooms, bulk operations. The default is
/// <see cref="LocalAdapter"/>, which knows the sockets of this server. One that joins several servers passes each operation on to
/// the others and then to its own <see cref="LocalAdapter"/>; it knows ids and targets, never the sockets of others.
/// </summary>
/// <remarks>
/// Called from many threads at once. A packet is valid until the method it was given to has completed. Operations of one caller
/// come one after the other if it awaits them.
/// </remarks>
/// <param name="ns">The namespace.</param>
public abstract class Adapter(Namespace ns) : IAsyncDisposable
{
    /// <summary>The namespace whose sockets it is about.</summary>
    public Namespace Namespace { get; } = ns;

    /// <summary>Makes it ready. No client joins the namespace before this has completed, or at all if it throws: one whose broker is away for a while goes on trying.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>How many servers there are, this one included.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public abstract ValueTask<int> CountServersAsync(CancellationToken cancellationToken = default);

    /// <summary>Puts a socket of this server into rooms.</summary>
    /// <param name="socketId">Its id.</param>
    /// <param name="rooms">The rooms' names.</param>
    /// <exception cref="InvalidOperationException">The socket is in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows.</exception>
    public abstract ValueTask JoinAsync(string socketId, IReadOnlyList<string> rooms);

    /// <summary>Takes a socket of this server out of rooms.</summary>
    /// <param name="socketId">Its id.</param>
    /// <param name="rooms">The rooms' names.</param>
    public abstract ValueTask LeaveAsync(string socketId, IReadOnlyList<string> rooms);

    /// <summary>Sends an event.</summary>
    /// <param name="packet">The event. Whoever gives it an offset (<see cref="EventPacket.AppendArgument"/>) does so before local sockets get it.</param>
    /// <param name="target">To whom.</param>
    public abstract ValueTask BroadcastAsync(EventPacket packet, BroadcastTarget target);

    /// <summary>Sends an event that its recipients are to answer. Completes when every server has told how many recipients it has; answers may come later.</summary>
    /// <param name="packet">The event.</param>
    /// <param name="target">To whom, and how long answers may take.</param>
    /// <param name="answers">Is told of recipients and answers.</param>
    public abstract ValueTask BroadcastWithAckAsync(EventPacket packet, BroadcastTarget target, AnswerCollector answers);

    /// <summary>The sockets, as they are now.</summary>
    /// <param name="target">Which.</param>
    public abstract ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(BroadcastTarget target);

    /// <summary>Puts sockets into rooms.</summary>
    /// <param name="target">Which sockets.</param>
    /// <param name="rooms">The rooms' names.</param>
    /// <exception cref="AggregateException">Some sockets are in as many rooms as <see cref="SocketIOOptions.MaxRoomsPerSocket"/> allows; the others have joined.</exception>
    public abstract ValueTask SocketsJoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Takes sockets out of rooms.</summary>
    /// <param name="target">Which sockets.</param>
    /// <param name="rooms">The rooms' names.</param>
    public abstract ValueTask SocketsLeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms);

    /// <summary>Disconnects sockets.</summary>
    /// <param name="target">Which.</param>
    /// <param name="close">Whether to end their connections with all namespaces.</param>
    public abstract ValueTask DisconnectSocketsAsync(BroadcastTarget target, bool close);

    /// <summary>Sends an event to the other servers, not to clients.</summary>
    /// <param name="packet">The event.</param>
    public abstract ValueTask ServerSideEmitAsync(EventPacket packet);

    /// <summary>Sends an event to the other servers, each of which is to answer once.</summary>
    /// <param name="packet">The event.</param>
    /// <param name="timeout">How long the answers may take.</param>
    /// <returns>The answers; none if there is no other server.</returns>
    /// <exception cref="AckTimeoutException{T}">Not all have answered in time.</exception>
    public abstract Task<IReadOnlyList<JsonData>> ServerSideEmitWithAckAsync(EventPacket packet, TimeSpan timeout);

    /// <summary>The rooms there are, and how many sockets each has; without the rooms of the sockets' own ids.</summary>
    public abstract ValueTask<IReadOnlyDictionary<string, int>> CountRoomsAsync();

    /// <summary>Leaves the other servers. Called when the namespace or the server goes.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
