using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using Flipr.Api.Faults;
using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary>How long it takes from a <c>POST</c> to one instance until a client of another instance hears of it.</summary>
internal static class LatencyBenchmark
{
    private const int Posts = 200;

    public static async Task<int> RunAsync(PostgresCluster postgres)
    {
        string direct = await postgres.CreateDatabaseAsync();
        double notified = await MeasureAsync("PostgreSQL directly, NOTIFY", new PostgresFaultDatabase(direct), 100);
        await using PgBouncer pooler = await PgBouncer.StartNewAsync(postgres, poolSize: 5);
        string pooled = await postgres.CreateDatabaseAsync();
        double looked = await MeasureAsync("through PgBouncer in transaction mode", new PostgresFaultDatabase(pooled, pooler), 500);
        return notified < 100 && looked < 500 ? 0 : 1;
    }

    private static async Task<double> MeasureAsync(string what, IFaultDatabase database, int bound)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("flipr-latency-");
        try
        {
            await using ApiInstance one = await ApiInstance.StartAsync(home.FullName, Ports.Free(), database);
            await using ApiInstance other = await ApiInstance.StartAsync(home.FullName, Ports.Free(), database);
            using var http = new HttpClient { BaseAddress = one.Address };
            using var client = new ClientWebSocket();
            await client.ConnectAsync(new UriBuilder(other.Address) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" }.Uri, CancellationToken.None);
            await client.SendAsync("40"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
            await HeardAsync(client, "connection_status");

            var times = new List<double>();
            for (int i = 0; i < Posts; i++)
            {
                // Out of step with the feed's own looking.
                await Task.Delay(20 + (i * 37 % 211));
                long start = Stopwatch.GetTimestamp();
                Task heard = HeardAsync(client, $"\"id\":\"{i}\"");
                using HttpResponseMessage answer = await http.PostAsJsonAsync("/update", new { id = i.ToString(CultureInfo.InvariantCulture) });
                answer.EnsureSuccessStatusCode();
                await heard;
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: median {times[Posts / 2]:N1} ms, p95 {times[Posts * 95 / 100]:N1} ms, max {times[^1]:N1} ms, {Posts} posts (bound: median {bound} ms)"));
            return times[Posts / 2];
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    /// <summary>Reads until a message holds the text; answers pings meanwhile.</summary>
    private static async Task HeardAsync(ClientWebSocket client, string text)
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            WebSocketReceiveResult received = await client.ReceiveAsync(buffer, CancellationToken.None);
            string message = Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (message == "2")
            {
                await client.SendAsync("3"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
            }
            else if (message.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }
    }
}
