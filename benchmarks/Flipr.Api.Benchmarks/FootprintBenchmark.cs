using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary>How fast the published program starts, and how large it is: on the disk, in memory, with clients and after broadcasts to them.</summary>
internal static class FootprintBenchmark
{
    private const int Starts = 20;
    private const int Clients = 1_000;
    private const int Broadcasts = 1_000;
    private const string Key = "footprint";

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Idling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    /// <summary>Measures, and says whether every bound holds.</summary>
    public static async Task<int> RunAsync(PostgresCluster postgres, string program)
    {
        bool holds = Report("program", new FileInfo(program).Length / 1e6, 30, "MB");
        holds &= Report("  with SQLite's library", Directory.EnumerateFiles(Path.GetDirectoryName(program)!).Where(file => file == program || file.EndsWith(".so", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length) / 1e6, null, "MB");

        var settings = new Dictionary<string, string?> { ["FLIPR_API_KEY"] = Key, ["DATABASE_URL"] = null, ["PRODUCTION"] = "false", ["MAX_SOCKETS_PER_CLIENT"] = "0" };
        holds &= await MeasureAsync("SQLite", program, settings, startBound: 80);

        settings["DATABASE_URL"] = await postgres.CreateDatabaseAsync();
        settings["PRODUCTION"] = "true";
        holds &= await MeasureAsync("PostgreSQL", program, settings, startBound: 100);
        return holds ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(string database, string program, Dictionary<string, string?> settings, int startBound)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("flipr-footprint-");
        try
        {
            Console.WriteLine(database);
            bool holds = await MeasureStartsAsync(program, home.FullName, settings, startBound);
            await using DeployedInstance instance = await DeployedInstance.StartAsync(program, home.FullName, settings);
            await Task.Delay(Settling);
            holds &= Report("  resident after the start", instance.ResidentMegabytes, 48, "MB");

            List<IdleClient> clients = [];
            try
            {
                for (int i = 0; i < Clients; i++)
                {
                    clients.Add(await IdleClient.JoinAsync(instance.Port));
                }

                await Task.Delay(Idling); // Longer than the time between pings.
                holds &= Report($"  resident with {Clients} idle clients", instance.ResidentMegabytes, 65, "MB");

                await BroadcastAsync(instance, clients);
                Report("  resident right after the broadcasts", instance.ResidentMegabytes, null, "MB");
                await Task.Delay(Calm);
                holds &= Report($"  resident a minute after {Broadcasts} broadcasts to them", instance.ResidentMegabytes, 75, "MB");
                if (!clients.TrueForAll(client => client.IsConnected && client.Heard == Broadcasts))
                {
                    Console.WriteLine("  NOT EVERY CLIENT HEARD EVERYTHING ONCE");
                    holds = false;
                }
            }
            finally
            {
                foreach (IdleClient client in clients)
                {
                    await client.DisposeAsync();
                }
            }

            return holds;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private static async Task<bool> MeasureStartsAsync(string program, string home, Dictionary<string, string?> settings, int bound)
    {
        var times = new List<double>();
        for (int i = 0; i <= Starts; i++)
        {
            await using DeployedInstance instance = await DeployedInstance.StartAsync(program, home, settings);
            times.Add(instance.StartTime.TotalMilliseconds);
            int exitCode = await instance.TerminateAsync();
            if (exitCode != 0)
            {
                throw new InvalidOperationException($"It ended with {exitCode.ToString(CultureInfo.InvariantCulture)} after SIGTERM.");
            }
        }

        Report("  first /healthz 200 when the database is empty", times[0], null, "ms");
        double[] sorted = [.. times.Skip(1).Order()];
        Report("  first /healthz 200, fastest", sorted[0], null, "ms");
        Report("  first /healthz 200, slowest", sorted[^1], null, "ms");
        return Report($"  first /healthz 200, median of {Starts}", (sorted[(Starts / 2) - 1] + sorted[Starts / 2]) / 2, bound, "ms");
    }

    private static async Task BroadcastAsync(DeployedInstance instance, List<IdleClient> clients)
    {
        using var http = new HttpClient { BaseAddress = new UriBuilder("http", "127.0.0.1", instance.Port).Uri };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        for (int i = 0; i < Broadcasts; i++)
        {
            using var listing = new StringContent(
                string.Create(CultureInfo.InvariantCulture, $$"""
                    {"id":"listing-{{i}}","address":"{{i}} Pine Street, Seattle, WA 98101","latitude":47.6,"longitude":-122.3,"price":{{400_000 + i}},"bedrooms":3,"bathrooms":2.5,"intensity":0.7,"deal_rating":"Good"}
                    """),
                Encoding.UTF8,
                "application/json");
            using HttpResponseMessage answer = await http.PostAsync("/update", listing);
            answer.EnsureSuccessStatusCode();
        }

        long start = TimeProvider.System.GetTimestamp();
        while (!clients.TrueForAll(client => client.Heard >= Broadcasts) && TimeProvider.System.GetElapsedTime(start) < Calm)
        {
            await Task.Delay(100);
        }
    }

    private static bool Report(string what, double value, double? bound, string unit)
    {
        bool holds = bound is null || value < bound;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:N1} {unit}{(bound is null ? "" : $" (bound {bound} {unit})")}{(holds ? "" : " MISSED")}"));
        return holds;
    }
}
