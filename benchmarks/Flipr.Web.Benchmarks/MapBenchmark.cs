using System.Diagnostics;
using System.Globalization;

namespace Flipr.Web.Benchmarks;

/// <summary>A person who looks around on the map while listings come in.</summary>
internal static class MapBenchmark
{
    private const int Listings = 20_000;
    private const int PerSecond = 50;
    private const double LongestTask = 150;
    private const double SlowestPopup = 200;
    private const double HeapGrowth = 20;

    public static async Task<int> RunAsync(TimeSpan duration)
    {
        await using Api api = await Api.StartAsync();
        using var collector = new Collector(api.Address);
        await collector.PostAsync(Listings);

        var loading = Stopwatch.StartNew();
        await using MapPage map = await MapPage.OpenAsync(api.Address);
        Report($"{Listings:N0} listings loaded and drawn", $"{loading.Elapsed.TotalSeconds:F1} s");
        await Task.Delay(TimeSpan.FromSeconds(5));

        double heapBefore = await map.HeapAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        double begin = await map.NowAsync();
        using var stop = new CancellationTokenSource();
        Task posting = collector.PostAsync(PerSecond, stop.Token);
        await LookAroundAsync(map, duration);
        double end = await map.NowAsync();
        await stop.CancelAsync();
        await posting;
        await Task.Delay(TimeSpan.FromSeconds(5));

        double growth = await map.HeapAsync() - heapBefore;
        double[] tasks = [.. (await map.LongTasksAsync()).Where(task => task[0] >= begin && task[0] < end).Select(task => task[1]).Order()];
        (double[] popups, double[] shown) = await map.PopupsAsync();
        int held = await map.Page.EvaluateAsync<int>("flipr.store.size");

        Report("listings posted meanwhile", $"{collector.Posted - Listings:N0} in {(end - begin) / 60_000:F1} min");
        Report("listings held at the end", $"{held:N0} of {collector.Posted:N0}");
        Report("tasks over 50 ms", tasks.Length.ToString(CultureInfo.InvariantCulture));
        bool isComplete = held == collector.Posted;
        bool isFluent = Judge("longest task", tasks.LastOrDefault(), LongestTask, "ms");
        bool isPrompt = Judge($"click to popup, p95 of {popups.Length}", Percentile(popups, 0.95), SlowestPopup, "ms");
        Report("click to popup, median", $"{Percentile(popups, 0.5):F0} ms");
        Report("until it is on the screen", $"median {Percentile(shown, 0.5):F0} ms, p95 {Percentile(shown, 0.95):F0} ms");
        bool isLean = Judge($"heap growth from {heapBefore:F1} MB", growth, HeapGrowth, "MB");
        return isComplete && isFluent && isPrompt && isLean && popups.Length > 0 ? 0 : 1;
    }

    private static async Task LookAroundAsync(MapPage map, TimeSpan duration)
    {
        var clock = Stopwatch.StartNew();
        for (int round = 0; clock.Elapsed < duration; round++)
        {
            await map.GoHomeAsync(); // Everything arrives here.
            await map.ClickRowAsync(round % 5);
            await map.Page.EvaluateAsync("void flipr.map.map.jumpTo({ zoom: 12.2 })"); // No clusters here.
            await map.Page.WaitForTimeoutAsync(1500);
            for (int click = 0; click < 4; click++)
            {
                await map.ClickPointAsync((round * 7) + click);
            }

            await map.ClickRowAsync(1);
        }

        await map.GoHomeAsync();
    }

    private static bool Judge(string what, double value, double bound, string unit)
    {
        bool holds = value < bound;
        Report(what, $"{value:F1} {unit}, {(holds ? "under" : "NOT under")} {bound:F0} {unit}");
        return holds;
    }

    private static void Report(string what, string value) => Console.WriteLine($"{what,-36} {value}");

    private static double Percentile(double[] values, double share) =>
        values.Length == 0 ? double.NaN : values.Order().ElementAt(Math.Min(values.Length - 1, (int)(share * values.Length)));
}
