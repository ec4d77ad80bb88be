using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>One run: slow clients of each kind among healthy ones, while 200 MB are broadcast to all.</summary>
/// <param name="messageSize">How large each message is, in bytes.</param>
internal sealed class SlowScenario(int messageSize)
{
    private const int HealthyOfEach = 5;
    private const int WarmUpBytes = 25 * 1024 * 1024;
    private const int Bytes = 200 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    // One slot: whoever receives says so, however often, until it is looked at.
    private readonly Channel<bool> _received = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<HealthyClient> _healthy = [];

    /// <summary>Broadcasts under way at once: two of 64 KB to each client keep two cores busy and no queue long; of large ones, two are more than may wait for a client.</summary>
    private readonly int _outstanding = messageSize <= 64 * 1024 ? 2 : 1;
    private int _credited;

    public static async Task<SlowResult> RunAsync(string path, int ofEach, int messageSize)
    {
        await using ServerProcess server = await ServerProcess.StartAsync("slow", path, $"{messageSize}");
        await using WebSocketClient control = await WebSocketClient.ConnectAsync(server.Port, ControlNamespace.Name);
        using var http = new HttpClient();
        return await new SlowScenario(messageSize).RunAsync(server, control, http, ofEach);
    }

    private async Task<SlowResult> RunAsync(ServerProcess server, WebSocketClient control, HttpClient http, int ofEach)
    {
        using var slow = new SlowClients(http, server.Port);
        using var stop = new CancellationTokenSource();
        try
        {
            const string Auth = """{"kind":"healthy"}""";
            for (int i = 0; i < HealthyOfEach; i++)
            {
                _healthy.Add(new HealthyClient(await WebSocketClient.ConnectAsync(server.Port, "/", Auth), () => _received.Writer.TryWrite(true)));
                _healthy.Add(new HealthyClient(await PollingClient.ConnectAsync(http, server.Port, Auth), () => _received.Writer.TryWrite(true)));
            }

            // What the same traffic costs without slow clients is not their doing.
            int warmUp = WarmUpBytes / messageSize;
            int messages = Bytes / messageSize;
            await BroadcastAsync(control, warmUp);
            await slow.ConnectAsync(ofEach);
            MemoryReading before = MemoryReading.From(await control.AskAsync("collect"));

            Task<List<double>>[] echoing = [.. _healthy.Select(client => client.EchoAsync(stop.Token))];
            long start = Stopwatch.GetTimestamp();
            await BroadcastAsync(control, messages);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            await stop.CancelAsync();
            double[] echoes = [.. (await Task.WhenAll(echoing)).SelectMany(static times => times).Order()];

            Dictionary<string, int> ends = await EndsAsync(control, slow.Expected.Values.Sum());
            MemoryReading peak = MemoryReading.From(await control.AskAsync("peak"));
            MemoryReading after = MemoryReading.From(await control.AskAsync("collect"));
            return new SlowResult
            {
                Peak = peak - before,
                Kept = after - before,
                Expected = slow.Expected,
                Ends = ends,
                Received = [.. _healthy.Select(static client => client.Received)],
                MessageSize = messageSize,
                Broadcasts = warmUp + messages,
                EchoP99 = echoes[(int)(echoes.Length * 0.99)],
                EchoMax = echoes[^1],
                Echoes = echoes.Length,
                Elapsed = elapsed,
            };
        }
        finally
        {
            foreach (HealthyClient client in _healthy)
            {
                await client.DisposeAsync();
            }
        }
    }

    /// <summary>Gives credit as the slowest of the healthy clients receives, until all of them have everything.</summary>
    private async Task BroadcastAsync(WebSocketClient control, int messages)
    {
        int goal = _credited + messages;
        using var patience = new CancellationTokenSource(Patience);
        Task<Task> failure = Task.WhenAny(_healthy.Select(static client => client.Reading));
        while (true)
        {
            long slowest = _healthy.Min(static client => client.Received);
            if (slowest == goal)
            {
                return;
            }

            int due = (int)Math.Min(goal, slowest + _outstanding) - _credited;
            if (due > 0)
            {
                _credited += due;
                await control.EmitAsync("credit", $"{due}");
            }

            Task received = _received.Reader.ReadAsync(patience.Token).AsTask();
            if (await Task.WhenAny(received, failure) == failure)
            {
                await await failure;
                throw new IOException("The server ended the connection of a healthy client.");
            }

            await received;
        }
    }

    private static async Task<Dictionary<string, int>> EndsAsync(WebSocketClient control, int expected)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Dictionary<string, int> ends = (await control.AskAsync("ends")).Deserialize<Dictionary<string, int>>()!;
            if (ends.Values.Sum() >= expected || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(10))
            {
                return ends;
            }

            await Task.Delay(50);
        }
    }
}
