using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Connects 1,000 plain sockets to the server and counts what arrives.</summary>
internal static class FanoutBenchmark
{
    private const int Connections = 1000;
    private const int Outstanding = 32;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(int runs)
    {
        Console.WriteLine($"{Connections:N0} connections, 64-byte text, {Outstanding} broadcasts outstanding, {Environment.ProcessorCount} cores shared by server and clients, .NET {Environment.Version}");
        var rates = new Dictionary<string, List<double>> { ["raw"] = [], ["managed"] = [] };
        for (int run = 0; run < runs; run++)
        {
            foreach (string path in rates.Keys)
            {
                (double rate, double allocated) = await MeasureAsync(path);
                rates[path].Add(rate);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path,-8} {rate,12:N0} deliveries/s {allocated,8:N2} bytes allocated per delivery"));
            }
        }

        double raw = Median(rates["raw"]);
        double managed = Median(rates["managed"]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"medians: raw {raw:N0}, managed {managed:N0}, ratio {raw / managed:N2}"));
        return 0;
    }

    private static async Task<(double Rate, double Allocated)> MeasureAsync(string path)
    {
        await using ServerProcess server = await ServerProcess.StartAsync("fanout", path);
        await using WebSocketClient control = await WebSocketClient.ConnectAsync(server.Port, "/control");
        var clients = new List<WireClient>();
        for (int i = 0; i < Connections; i++)
        {
            clients.Add(await WireClient.ConnectAsync(server.Port));
        }

        // 64 bytes of text, both packet types included, behind a frame header of 2 bytes.
        const int FrameLength = 66;
        long delivered = 0;
        long reads = 0;
        long credited = Outstanding;
        using var stop = new CancellationTokenSource();
        var gate = new SemaphoreSlim(0);
        foreach (WireClient client in clients)
        {
            client.CountInto(bytes =>
            {
                Interlocked.Increment(ref reads);
                long now = Interlocked.Add(ref delivered, bytes);
                if (now / (FrameLength * Connections) > (now - bytes) / (FrameLength * Connections))
                {
                    gate.Release();
                }
            });
        }

        server.Tell($"{Outstanding}");
        Task crediting = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    gate.Wait();
                    long due = (Volatile.Read(ref delivered) / (FrameLength * Connections)) + Outstanding - credited;
                    if (due > 0)
                    {
                        credited += due;
                        server.Tell($"{due}");
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        await Task.Delay(WarmUp);
        (long allocatedBefore, long sentBefore, long cpuBefore) = await AskAllocatedAsync(control);
        long before = Volatile.Read(ref delivered);
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(Measured);
        long after = Volatile.Read(ref delivered);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        (long allocatedAfter, long sentAfter, long cpuAfter) = await AskAllocatedAsync(control);

        await stop.CancelAsync();
        gate.Release();
        await crediting;
        clients.ForEach(static client => client.Dispose());
        Console.WriteLine($"   server cpu {(cpuAfter - cpuBefore) / ((sentAfter - sentBefore) * (double)Connections):N3} us/delivery; frames per read {Volatile.Read(ref delivered) / (double)FrameLength / Volatile.Read(ref reads):N2}");
        double rate = (after - before) / (double)FrameLength / elapsed.TotalSeconds;
        return (rate, (allocatedAfter - allocatedBefore) / ((sentAfter - sentBefore) * (double)Connections));
    }

    private static async Task<(long Allocated, long Sent, long CpuMicroseconds)> AskAllocatedAsync(WebSocketClient control)
    {
        JsonElement answer = await control.AskAsync("allocated");
        return (answer[0].GetInt64(), answer[1].GetInt64(), answer[2].GetInt64());
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
