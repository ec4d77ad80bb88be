using System.Text.Json;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Shows that hostile clients leave nothing behind: a minute later the memory is back and no session is left.</summary>
internal static class HostileBenchmark
{
    private const long MemoryBound = 10 * 1024 * 1024;
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(60);
    private const int CollectionsUntilLater = 6;
    private const int ClientsAtOnce = 50;
    private const int EchoesAtOnce = 50;

    public static async Task<int> RunAsync()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("hostile");
        await using WebSocketClient control = await WebSocketClient.ConnectAsync(server.Port, ControlNamespace.Name);
        using var http = new HttpClient();

        Console.WriteLine($"started: {MemoryReading.From(await control.AskAsync("collect"))}");
        await WarmUpAsync(server.Port, http);
        MemoryReading idle = MemoryReading.From(await control.AskAsync("collect"));
        Console.WriteLine($"idle: {idle}");

        var verdict = new Verdict();
        MemoryReading first = await FloodAsync(server.Port, http, control, verdict);
        verdict.Check((first - idle).Heap < MemoryBound, $"a minute after the first flood, against idle: {first - idle} (bound: heap less than {MemoryBound >> 20} MB; the rest is code compiled for what only hostile clients send)");
        MemoryReading second = await FloodAsync(server.Port, http, control, verdict);
        verdict.Check((second - first).Largest < MemoryBound, $"a minute after the second, against the first: {second - first} (bound: each less than {MemoryBound >> 20} MB)");
        return verdict.Holds ? 0 : 1;
    }

    private static async Task<MemoryReading> FloodAsync(int port, HttpClient http, WebSocketClient control, Verdict verdict)
    {
        using var flood = new HostileFlood(http, port);
        await flood.RunAsync();
        MemoryReading peak = MemoryReading.From(await control.AskAsync("peak"));
        Console.WriteLine($"{flood.Sent:N0} inputs of {HostileInput.Packets.Count + HostileInput.Frames.Count + HostileInput.Requests.Count} kinds, {flood.Connections:N0} connections; at most: {peak}");

        MemoryReading later = default;
        for (int i = 0; i < CollectionsUntilLater; i++)
        {
            // A server with anything to do collects now and then, and the array pool gives back what it has not used between two collections.
            await Task.Delay(Later / CollectionsUntilLater);
            later = MemoryReading.From(await control.AskAsync("collect"));
        }

        JsonElement connections = await control.AskAsync("connections");
        verdict.Check(connections.GetInt32() == 1, $"connections left, besides the one that asks: {connections.GetInt32() - 1}");
        return later;
    }

    /// <summary>
    /// Well-behaved clients, as many at once as come later and as busy: afterwards the server has compiled its code, and Kestrel's pool, which keeps its
    /// blocks for long, holds what so many connections use. What the flood leaves behind comes on top of that.
    /// </summary>
    private static async Task WarmUpAsync(int port, HttpClient http)
    {
        string large = $"\"{new string('x', 20_000)}\"";
        for (int round = 0; round < 5; round++)
        {
            WebSocketClient[] clients = await Task.WhenAll(Enumerable.Range(0, ClientsAtOnce).Select(_ => WebSocketClient.ConnectAsync(port, "/")));
            await Task.WhenAll(clients.SelectMany(client => Enumerable.Range(0, EchoesAtOnce).Select(_ => client.AskAsync("echo", large))));
            await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));

            await using PollingClient polling = await PollingClient.ConnectAsync(http, port, "");
            await polling.AskAsync("echo", "1");
        }
    }
}
