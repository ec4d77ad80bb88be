using System.Threading.Channels;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Broadcasts as fast as the clients' credit allows: they give it as they receive, so that those who read keep up.</summary>
internal sealed class CreditedBroadcast
{
    private readonly Channel<int> _credit = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
    private long _sent;

    /// <param name="emit">Emits the message of this number, counted from 0.</param>
    public CreditedBroadcast(Func<long, ValueTask> emit) => Running = Task.Run(async () =>
    {
        await foreach (int messages in _credit.Reader.ReadAllAsync())
        {
            for (int i = 0; i < messages; i++)
            {
                await emit(_sent);
                Interlocked.Increment(ref _sent);
            }
        }
    });

    /// <summary>The loop; it ends only by failing.</summary>
    public Task Running { get; }

    public long Sent => Interlocked.Read(ref _sent);

    public void Give(int messages) => _credit.Writer.TryWrite(messages);
}
