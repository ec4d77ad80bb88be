using System.Threading.Channels;

namespace Flipr.Probe.Engine;

/// <summary>An Engine.IO session over one transport: packets out, packets in, heartbeats answered by itself.</summary>
internal abstract class EngineConnection : IAsyncDisposable
{
    private readonly Channel<string> _packets = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _opened = TimeProvider.System.GetTimestamp();
    private long _lastTraffic = TimeProvider.System.GetTimestamp();
    private long _longestSilence;
    private int _heartbeats;
    private int _messages;

    /// <summary>As the client's option <c>transports</c> calls it.</summary>
    public abstract string Transport { get; }

    /// <summary>What the server said when it opened the session; null until then.</summary>
    public Handshake? Handshake { get; protected set; }

    /// <summary>How many pings came.</summary>
    public int Heartbeats => Volatile.Read(ref _heartbeats);

    /// <summary>How many messages came.</summary>
    public int Messages => Volatile.Read(ref _messages);

    public TimeSpan Age => TimeProvider.System.GetElapsedTime(_opened);

    /// <summary>The longest time in which nothing came, up to what came last.</summary>
    public TimeSpan LongestSilence => TimeSpan.FromTicks(Volatile.Read(ref _longestSilence));

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Silence => TimeProvider.System.GetElapsedTime(Volatile.Read(ref _lastTraffic));

    /// <summary>Completes with the end of the connection, whoever ended it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Sends one packet.</summary>
    /// <exception cref="ConnectionEndedException">The connection is gone.</exception>
    public abstract Task SendAsync(string packet, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    /// <summary>Waits for the next packet.</summary>
    /// <exception cref="ConnectionEndedException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public Task<string> ReceiveAsync(TimeSpan timeout, CancellationToken cancellationToken) => Deadline.RunAsync(timeout, async token =>
    {
        try
        {
            return await _packets.Reader.ReadAsync(token);
        }
        catch (ChannelClosedException exception)
        {
            throw exception.InnerException as ConnectionEndedException ?? new ConnectionEndedException("the connection is closed", exception);
        }
    }, cancellationToken);

    /// <summary>Waits for a Socket.IO packet; others are passed over.</summary>
    /// <exception cref="ConnectionEndedException">The connection is gone.</exception>
    /// <exception cref="TimeoutException">None came in time.</exception>
    public Task<SocketPacket> ReceiveAsync(Func<SocketPacket, bool> wanted, TimeSpan timeout, CancellationToken cancellationToken) => Deadline.RunAsync(timeout, async token =>
    {
        while (true)
        {
            if (SocketPacket.Read(await ReceiveAsync(Timeout.InfiniteTimeSpan, token)) is { } packet && wanted(packet))
            {
                return packet;
            }
        }
    }, cancellationToken);

    /// <summary>Takes a packet that came.</summary>
    protected async Task DeliverAsync(string packet)
    {
        long now = TimeProvider.System.GetTimestamp();
        Volatile.Write(ref _longestSilence, Math.Max(_longestSilence, TimeProvider.System.GetElapsedTime(_lastTraffic, now).Ticks));
        Volatile.Write(ref _lastTraffic, now);
        switch (packet)
        {
            case "2":
                Interlocked.Increment(ref _heartbeats);
                await SendAsync("3", CancellationToken.None);
                break;
            case "6":
                break; // Only there to end a pending GET.
            case "1":
                throw new ConnectionEndedException("the server closed the session");
            default:
                Interlocked.Increment(ref _messages);
                _packets.Writer.TryWrite(packet);
                break;
        }
    }

    /// <summary>Tells whoever receives that nothing more comes, and why.</summary>
    protected void End(Exception reason)
    {
        _packets.Writer.TryComplete(reason as ConnectionEndedException ?? new ConnectionEndedException(reason.Message, reason));
        _ended.TrySetResult();
    }
}
