using System.Buffers.Text;
using System.Diagnostics;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Checks that a client hears every broadcast, in order, and times its echoes.</summary>
internal sealed class HealthyClient : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly BenchmarkClient _client;
    private long _received;

    /// <param name="client">The client.</param>
    /// <param name="onReceived">Called after every broadcast.</param>
    public HealthyClient(BenchmarkClient client, Action onReceived)
    {
        _client = client;
        client.OnEvent = packet =>
        {
            // 42["m",<number>,"xxx..."]
            if (!Utf8Parser.TryParse(packet["42[\"m\",".Length..], out long number, out _) || number != _received)
            {
                throw new InvalidDataException($"Broadcast {_received} was due, number {number} came.");
            }

            Interlocked.Increment(ref _received);
            onReceived();
        };
    }

    /// <summary>How many broadcasts have come, all in order.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Ends only by failing, as long as the client is needed.</summary>
    public Task Reading => _client.Reading;

    /// <summary>Echoes one after the other until told to stop.</summary>
    /// <returns>How long each took, in milliseconds.</returns>
    public async Task<List<double>> EchoAsync(CancellationToken stop)
    {
        List<double> times = [];
        while (!stop.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await _client.AskAsync("echo");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await Task.Delay(Pause, CancellationToken.None);
        }

        return times;
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
