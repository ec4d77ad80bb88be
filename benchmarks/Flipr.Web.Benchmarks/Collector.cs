using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

namespace Flipr.Web.Benchmarks;

/// <summary>Posts listings in and around ten cities.</summary>
internal sealed class Collector(Uri api) : IDisposable
{
    private static readonly (string Name, double Longitude, double Latitude)[] Cities =
    [
        ("Seattle, WA", -122.33, 47.61), ("New York, NY", -73.98, 40.75), ("Los Angeles, CA", -118.24, 34.05), ("Chicago, IL", -87.65, 41.88), ("Houston, TX", -95.37, 29.76),
        ("Denver, CO", -104.99, 39.74), ("Miami, FL", -80.23, 25.79), ("Atlanta, GA", -84.41, 33.76), ("Phoenix, AZ", -112.07, 33.45), ("Minneapolis, MN", -93.27, 44.96),
    ];

    private readonly HttpClient _http = new() { BaseAddress = api };
    private int _posted;

    /// <summary>How many it has posted.</summary>
    public int Posted => _posted;

    /// <summary>Posts as many as fast as they are taken.</summary>
    public Task PostAsync(int count) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) => await PostOneAsync());

    /// <summary>Posts at a rate until it is stopped.</summary>
    public async Task PostAsync(int perSecond, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var posting = new List<Task>();
        var clock = Stopwatch.StartNew();
        for (int due, begun = 0; !stop.IsCancellationRequested;)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            for (due = (int)(clock.Elapsed.TotalSeconds * perSecond); begun < due; begun++)
            {
                posting.Add(PostOneAsync());
            }

            posting.RemoveAll(post => post.IsCompletedSuccessfully);
        }

        await Task.WhenAll(posting);
    }

    public void Dispose() => _http.Dispose();

    private async Task PostOneAsync()
    {
        int n = Interlocked.Increment(ref _posted);
        (string city, double longitude, double latitude) = Cities[n % Cities.Length];
        // The same places in each run.
        double spread = n * 0.6180339887 % 1;
        double turn = n * 2.399963;
        using HttpResponseMessage answer = await _http.PostAsJsonAsync("/update", new
        {
            id = "bench-" + n.ToString(CultureInfo.InvariantCulture),
            address = string.Create(CultureInfo.InvariantCulture, $"{n} Oak Street, {city}"),
            longitude = longitude + (spread * Math.Cos(turn)),
            latitude = latitude + (spread * Math.Sin(turn)),
            price = 100_000 + (n % 900 * 1000),
            bedrooms = 1 + (n % 5),
            bathrooms = 1.5,
            intensity = n % 101 / 100.0,
            ai_evaluation_reasoning = "Priced below the median of its street; two price cuts in a month.",
        });
        answer.EnsureSuccessStatusCode();
    }
}
