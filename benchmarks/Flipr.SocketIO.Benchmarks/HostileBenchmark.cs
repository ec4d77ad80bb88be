using System.Text.Json;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Shows that hostile clients leave nothing behind: a minute later the memory is back and no session is left.</summary>
internal static class HostileBenchmark
{
    private const long MemoryBound = 10 * 1024 * 1024;
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("hostile");
        await using WebSocketClient control = await WebSocketClient.ConnectAsync(server.Port, ControlNamespace.Name);
        using var http = new HttpClient();

        // Idle is a server that has compiled its code and filled its pools with as many connections as come at once later.
        await WarmUpAsync(server.Port, http);
        MemoryReading idle = MemoryReading.From(await control.AskAsync("collect"));
        Console.WriteLine($"idle: {idle}");

        using var flood = new HostileFlood(http, server.Port);
        await flood.RunAsync();
        MemoryReading peak = MemoryReading.From(await control.AskAsync("peak"));
        Console.WriteLine($"{flood.Sent:N0} inputs of {HostileInput.Packets.Count + HostileInput.Frames.Count + HostileInput.Requests.Count} kinds, {flood.Connections:N0} connections; at most: {peak}");

        await Task.Delay(Later);
        JsonElement connections = await control.AskAsync("connections");
        MemoryReading growth = MemoryReading.From(await control.AskAsync("collect")) - idle;
        var verdict = new Verdict();
        verdict.Check(growth.Largest < MemoryBound, $"a minute later, against idle: {growth} (bound: each less than {MemoryBound >> 20} MB)");
        verdict.Check(connections.GetInt32() == 1, $"connections left, besides the one that asks: {connections.GetInt32() - 1}");
        return verdict.Holds ? 0 : 1;
    }

    private static async Task WarmUpAsync(int port, HttpClient http)
    {
        for (int round = 0; round < 3; round++)
        {
            WebSocketClient[] clients = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => WebSocketClient.ConnectAsync(port, "/")));
            foreach (WebSocketClient client in clients)
            {
                await client.AskAsync("echo", $"\"{new string('x', 20_000)}\"");
                await client.DisposeAsync();
            }

            await using PollingClient polling = await PollingClient.ConnectAsync(http, port, "");
            await polling.AskAsync("echo", "1");
        }
    }
}
