using System.Diagnostics;
using System.Globalization;
using System.Text;
using Flipr.Api.Faults;
using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary>How many listings a second <c>POST /update</c> takes, with the change log and without it, alternating.</summary>
internal static class ThroughputBenchmark
{
    private const int InFlight = 16;
    private const int WarmUp = 3_000;
    private const int Listings = 8_000;
    private const double Bound = 0.8;

    public static async Task<int> RunAsync(PostgresCluster postgres, int runs)
    {
        bool holds = true;
        foreach (string kind in (string[])["SQLite", "PostgreSQL"])
        {
            var with = new List<Rates>();
            var without = new List<Rates>();
            for (int i = 0; i < runs; i++)
            {
                with.Add(await MeasureAsync(kind, postgres, isLogged: true));
                without.Add(await MeasureAsync(kind, postgres, isLogged: false));
            }

            holds &= Print($"{kind}, new listings", with.Select(rates => rates.New), without.Select(rates => rates.New));
            holds &= Print($"{kind}, updates", with.Select(rates => rates.Updated), without.Select(rates => rates.Updated));
        }

        return holds ? 0 : 1;
    }

    private static bool Print(string what, IEnumerable<double> with, IEnumerable<double> without)
    {
        double[] a = [.. with.Order()];
        double[] b = [.. without.Order()];
        double ratio = a[a.Length / 2] / b[b.Length / 2];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: {a[a.Length / 2]:N0}/s with the log ({string.Join(" ", a.Select(rate => $"{rate:N0}"))}), {b[b.Length / 2]:N0}/s without ({string.Join(" ", b.Select(rate => $"{rate:N0}"))}), ratio {ratio:N2}"));
        return ratio >= Bound;
    }

    private static async Task<Rates> MeasureAsync(string kind, PostgresCluster postgres, bool isLogged)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("flipr-throughput-");
        try
        {
            IFaultDatabase database = kind == "SQLite"
                ? new SqliteFaultDatabase(home.FullName)
                : new PostgresFaultDatabase(await postgres.CreateDatabaseAsync());
            await using ApiInstance api = await ApiInstance.StartAsync(home.FullName, Ports.Free(), database);
            if (!isLogged)
            {
                await database.ExecuteAsync(kind == "SQLite"
                    ? "DROP TRIGGER flipr_log_replacing; DROP TRIGGER flipr_log_insert; DROP TRIGGER flipr_log_update; DROP TRIGGER flipr_log_rename; DROP TRIGGER flipr_log_delete"
                    : "ALTER TABLE properties DISABLE TRIGGER USER");
            }

            using var http = new HttpClient { BaseAddress = api.Address };
            await PostAsync(http, "warm", WarmUp, 0);
            await PostAsync(http, "warm", WarmUp, 1);
            return new Rates(await PostAsync(http, "listing", Listings, 0), await PostAsync(http, "listing", Listings, 1));
        }
        finally
        {
            home.Delete(recursive: true);
        }
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

    private sealed record Rates(double New, double Updated);
}
