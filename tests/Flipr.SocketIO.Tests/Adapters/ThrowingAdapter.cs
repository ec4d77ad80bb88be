namespace Flipr.SocketIO.Tests.Adapters;

/// <summary>One whose broker is down, and that says so.</summary>
internal sealed class ThrowingAdapter(LocalAdapter local) : Adapter(local.Namespace)
{
    public override ValueTask<int> CountServersAsync(CancellationToken cancellationToken = default) => throw new IOException("The broker is down.");

    public override ValueTask JoinAsync(string socketId, IReadOnlyList<string> rooms) => local.JoinAsync(socketId, rooms);

    public override ValueTask LeaveAsync(string socketId, IReadOnlyList<string> rooms) => local.LeaveAsync(socketId, rooms);

    public override ValueTask BroadcastAsync(EventPacket packet, BroadcastTarget target) => throw new IOException("The broker is down.");

    public override async ValueTask BroadcastWithAckAsync(EventPacket packet, BroadcastTarget target, AnswerCollector answers)
    {
        await Task.Yield();
        throw new IOException("The broker is down.");
    }

    public override ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(BroadcastTarget target) => local.FetchSocketsAsync(target);

    public override ValueTask SocketsJoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms) => local.SocketsJoinAsync(target, rooms);

    public override ValueTask SocketsLeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms) => local.SocketsLeaveAsync(target, rooms);

    public override ValueTask DisconnectSocketsAsync(BroadcastTarget target, bool close) => local.DisconnectSocketsAsync(target, close);

    public override ValueTask ServerSideEmitAsync(EventPacket packet) => local.ServerSideEmitAsync(packet);

    public override Task<IReadOnlyList<JsonData>> ServerSideEmitWithAckAsync(EventPacket packet, TimeSpan timeout) => local.ServerSideEmitWithAckAsync(packet, timeout);

    public override ValueTask<IReadOnlyDictionary<string, int>> CountRoomsAsync() => local.CountRoomsAsync();
}
