using System.Collections.Concurrent;
using System.Text;

namespace Flipr.SocketIO.Tests.Adapters;

/// <summary>
/// Stands where one that joins several servers would: writes down what is asked of it, waits as for a broker, gives broadcasts an offset, and
/// only then passes them on to the sockets of this server.
/// </summary>
internal sealed class DelayingAdapter(LocalAdapter local) : Adapter(local.Namespace)
{
    private readonly SemaphoreSlim _broker = new(0);
    private int _offset;

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>When it is ready.</summary>
    public Task Ready { get; init; } = Task.CompletedTask;

    public override Task StartAsync() => Ready;

    /// <summary>Whether broadcasts get an offset, as recovery wants it.</summary>
    public bool GivesOffsets { get; init; }

    /// <summary>Whether broadcasts wait until <see cref="LetOn"/>; else for another thread only.</summary>
    public bool Holds { get; set; }

    public bool IsDisposed { get; private set; }

    /// <summary>Lets a broadcast that waits go on.</summary>
    public void LetOn() => _broker.Release();

    public override async ValueTask<int> CountServersAsync(CancellationToken cancellationToken = default)
    {
        await DelayAsync();
        return await local.CountServersAsync(cancellationToken);
    }

    public override async ValueTask JoinAsync(string socketId, IReadOnlyList<string> rooms)
    {
        Asked.Enqueue($"join {string.Join(' ', rooms)}");
        await DelayAsync();
        await local.JoinAsync(socketId, rooms);
    }

    public override async ValueTask LeaveAsync(string socketId, IReadOnlyList<string> rooms)
    {
        Asked.Enqueue($"leave {string.Join(' ', rooms)}");
        await DelayAsync();
        await local.LeaveAsync(socketId, rooms);
    }

    public override async ValueTask BroadcastAsync(EventPacket packet, BroadcastTarget target)
    {
        Asked.Enqueue($"broadcast {Encoding.UTF8.GetString(packet.Json.Span)} {Describe(target)}");
        await DelayAsync();
        if (GivesOffsets && !target.IsVolatile)
        {
            packet.AppendArgument($"offset-{Interlocked.Increment(ref _offset)}");
        }

        await local.BroadcastAsync(packet, target);
    }

    public override async ValueTask BroadcastWithAckAsync(EventPacket packet, BroadcastTarget target, AnswerCollector answers)
    {
        Asked.Enqueue($"broadcast with ack {Encoding.UTF8.GetString(packet.Json.Span)} {Describe(target)}");
        await DelayAsync();
        await local.BroadcastWithAckAsync(packet, target, answers);
    }

    public override async ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(BroadcastTarget target)
    {
        Asked.Enqueue($"fetch {Describe(target)}");
        await DelayAsync();
        return await local.FetchSocketsAsync(target);
    }

    public override async ValueTask SocketsJoinAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        Asked.Enqueue($"sockets join {string.Join(' ', rooms)} {Describe(target)}");
        await DelayAsync();
        await local.SocketsJoinAsync(target, rooms);
    }

    public override async ValueTask SocketsLeaveAsync(BroadcastTarget target, IReadOnlyList<string> rooms)
    {
        Asked.Enqueue($"sockets leave {string.Join(' ', rooms)} {Describe(target)}");
        await DelayAsync();
        await local.SocketsLeaveAsync(target, rooms);
    }

    public override async ValueTask DisconnectSocketsAsync(BroadcastTarget target, bool close)
    {
        Asked.Enqueue($"disconnect {close} {Describe(target)}");
        await DelayAsync();
        await local.DisconnectSocketsAsync(target, close);
    }

    public override async ValueTask ServerSideEmitAsync(EventPacket packet)
    {
        Asked.Enqueue($"server side {Encoding.UTF8.GetString(packet.Json.Span)}");
        await DelayAsync();
    }

    public override async Task<IReadOnlyList<JsonData>> ServerSideEmitWithAckAsync(EventPacket packet, TimeSpan timeout)
    {
        await ServerSideEmitAsync(packet);
        return [.. packet.Arguments];
    }

    public override ValueTask<IReadOnlyDictionary<string, int>> CountRoomsAsync() => local.CountRoomsAsync();

    public override ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _broker.Dispose();
        return base.DisposeAsync();
    }

    private static string Describe(BroadcastTarget target) =>
        $"to [{string.Join(' ', target.Rooms)}] except [{string.Join(' ', target.Except)}]"
        + $"{(target.IsVolatile ? " volatile" : "")}{(target.Compress ? "" : " uncompressed")}{(target.IsLocal ? " local" : "")}{(target.ExpectsSingleAnswer ? " single" : "")}"
        + $"{(target.Timeout is { } timeout ? $" {timeout.TotalMilliseconds} ms" : "")}";

    private async Task DelayAsync()
    {
        if (Holds)
        {
            await _broker.WaitAsync();
        }
        else
        {
            await Task.Yield();
        }
    }
}
