using System.Diagnostics;
using System.Globalization;
using System.Text;
using Flipr.Api.Faults;
using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary>
/// How many listings a second <c>POST /update</c> takes, with the change log and without it: two instances side by side that take turns, so
/// that whatever else the machine does meets both.
/// </summary>
internal static class ThroughputBenchmark
{
    private const int InFlight = 16;
    private const int WarmUp = 3_000;
    private const int Listings = 1_000;
    private const double Bound = 0.8;

    private static readonly string[] SqliteTriggers = ["replacing", "renaming", "insert", "replace", "update", "rename", "delete"];

    public static async Task<int> RunAsync(PostgresCluster postgres, int rounds)
    {
        bool holds = true;
        foreach (string kind in (string[])["SQLite", "PostgreSQL"])
        {
            await using Target with = await Target.StartAsync(kind, postgres, isLogged: true);
            await using Target without = await Target.StartAsync(kind, postgres, isLogged: false);
            foreach (Target target in (Target[])[with, without])
            {
                await PostAsync(target.Http, "warm", WarmUp, 0);
                await PostAsync(target.Http, "warm", WarmUp, 1);
            }

            var inserts = new Rates();
            var updates = new Rates();
            for (int round = 0; round < rounds; round++)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"listing-{round}");
                foreach ((Rates rates, int version) in ((Rates, int)[])[(inserts, 0), (updates, 1)])
                {
                    // Each goes first every other time: what one leaves to the disk is written while the next one runs.
                    foreach (bool isLogged in (bool[])[round % 2 == 0, round % 2 != 0])
                    {
                        (isLogged ? rates.With : rates.Without).Add(await PostAsync((isLogged ? with : without).Http, name, Listings, version));
                    }
                }
            }

            holds &= Print($"{kind}, new listings", inserts);
            holds &= Print($"{kind}, updates", updates);
        }

        return holds ? 0 : 1;
    }

    private static bool Print(string what, Rates rates)
    {
        double ratio = Median(rates.With) / Median(rates.Without);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {Median(rates.With):N0}/s with the log, {Median(rates.Without):N0}/s without, ratio {ratio:N2} (medians of {rates.With.Count} rounds of {Listings}; bound {Bound})"));
        return ratio >= Bound;
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>Posts each listing of a kind once, and returns how many were taken per second.</summary>
    private static async Task<double> PostAsync(HttpClient http, string kind, int count, int version)
    {
        int next = -1;
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                string listing = string.Create(CultureInfo.InvariantCulture, $$"""
                    {"id":"{{kind}}-{{i}}","address":"{{i}} Pine Street, Seattle, WA 98101","latitude":{{47 + (i % 1000 / 1000.0)}},"longitude":-122.3,"price":{{400_000 + i + version}},
                    "bedrooms":3,"bathrooms":2.5,"intensity":0.7,"deal_rating":"Good","ai_evaluation_reasoning":"Priced below the neighbourhood's median for its size, near a park and two schools, with a roof that will want attention within five years.",
                    "sqft":1840,"yearBuilt":1962,"zoning":"R-3","identifier":{"attomId":{{i}}},"version":{{version}} }
                    """);
                using var content = new StringContent(listing, Encoding.UTF8, "application/json");
                using HttpResponseMessage answer = await http.PostAsync("/update", content);
                answer.EnsureSuccessStatusCode();
            }
        }));
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private sealed class Rates
    {
        public List<double> With { get; } = [];

        public List<double> Without { get; } = [];
    }

    /// <summary>An instance on a database of its own.</summary>
    private sealed class Target(DirectoryInfo home, ApiInstance api, HttpClient http) : IAsyncDisposable
    {
        public HttpClient Http => http;

        public static async Task<Target> StartAsync(string kind, PostgresCluster postgres, bool isLogged)
        {
            DirectoryInfo home = Directory.CreateTempSubdirectory("flipr-throughput-");
            IFaultDatabase database = kind == "SQLite"
                ? new SqliteFaultDatabase(home.FullName)
                : new PostgresFaultDatabase(await postgres.CreateDatabaseAsync());
            ApiInstance api = await ApiInstance.StartAsync(home.FullName, Ports.Free(), database);
            if (!isLogged)
            {
                await database.ExecuteAsync(kind == "SQLite"
                    ? string.Concat(SqliteTriggers.Select(name => $"DROP TRIGGER flipr_log_{name}; "))
                    : "ALTER TABLE properties DISABLE TRIGGER USER");
            }

            return new Target(home, api, new HttpClient { BaseAddress = api.Address });
        }

        public async ValueTask DisposeAsync()
        {
            http.Dispose();
            await api.DisposeAsync();
            home.Delete(recursive: true);
        }
    }
}
