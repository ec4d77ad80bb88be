using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Flipr.Web.Benchmarks;

/// <summary>The map in Chromium, with what is measured inside it.</summary>
internal sealed class MapPage : IAsyncDisposable
{
    // Tasks of the main thread over 50 ms; from a click, by the event's own time, to the end of the page's work on the frame that shows the popup; and to the screen,
    // as the browser times it.
    private const string Measure = """
        globalThis.measured = { tasks: [], popups: [], shown: [] };
        new PerformanceObserver((list) => { for (const task of list.getEntries()) measured.tasks.push([task.startTime, task.duration]); }).observe({ type: 'longtask', buffered: true });
        new PerformanceObserver((list) => { for (const event of list.getEntries()) if (event.name === 'click') measured.shown.push([event.startTime, event.duration]); }).observe({ type: 'event', durationThreshold: 16 });
        let clickedAt;
        addEventListener('click', (event) => { clickedAt = event.timeStamp; }, true);
        new MutationObserver(() => {
          const card = document.querySelector('.card');
          if (!card || clickedAt === undefined || card.dataset.measured) return;
          card.dataset.measured = '1';
          const at = clickedAt;
          clickedAt = undefined;
          requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => measured.popups.push([at, performance.now() - at]); channel.port2.postMessage(0); });
        }).observe(document, { childList: true, subtree: true });
        """;

    private static readonly string[] Browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ICDPSession _tools;

    private MapPage(IPlaywright playwright, IBrowser browser, IPage page, ICDPSession tools)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        _tools = tools;
    }

    public IPage Page { get; }

    public static async Task<MapPage> OpenAsync(Uri address)
    {
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => Browsers.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("Chromium is not installed.");
        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = path,
            Args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        IPage page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 800 } });
        page.SetDefaultTimeout(120_000);
        await page.AddInitScriptAsync(Measure);
        await page.GotoAsync(address.ToString());
        await page.WaitForSelectorAsync("html[data-map=drawn][data-replica=complete]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached });
        return new MapPage(playwright, browser, page, await page.Context.NewCDPSessionAsync(page));
    }

    /// <summary>What the page's scripts hold, in MB, when all garbage is gone.</summary>
    public async Task<double> HeapAsync()
    {
        await _tools.SendAsync("HeapProfiler.collectGarbage");
        await _tools.SendAsync("HeapProfiler.collectGarbage");
        JsonElement usage = (await _tools.SendAsync("Runtime.getHeapUsage"))!.Value;
        return usage.GetProperty("usedSize").GetDouble() / (1 << 20);
    }

    public Task<double> NowAsync() => Page.EvaluateAsync<double>("performance.now()");

    public Task<double[][]> LongTasksAsync() => Page.EvaluateAsync<double[][]>("measured.tasks");

    /// <summary>From clicks to their popups, in ms: when the page was done with the frame, and when it was on the screen.</summary>
    public async Task<(double[] Done, double[] Shown)> PopupsAsync()
    {
        double[][] popups = await Page.EvaluateAsync<double[][]>("measured.popups");
        double[][] shown = await Page.EvaluateAsync<double[][]>("measured.shown");
        return ([.. popups.Select(popup => popup[1])], [.. shown.Where(click => popups.Any(popup => popup[0] == click[0])).Select(click => click[1])]);
    }

    /// <summary>Shows all of it.</summary>
    public async Task GoHomeAsync()
    {
        await Page.EvaluateAsync("flipr.map.close()");
        await Page.Locator("#home").ClickAsync();
        await Page.WaitForTimeoutAsync(2000);
    }

    /// <summary>Clicks a listing of the list, and waits for its popup.</summary>
    public async Task ClickRowAsync(int row)
    {
        await Page.EvaluateAsync("flipr.map.close()");
        await Page.Locator("#listings li").Nth(row).ClickAsync(new LocatorClickOptions { Force = true });
        await Page.WaitForSelectorAsync(".card");
        await Page.WaitForTimeoutAsync(1500);
    }

    /// <summary>Clicks a point of the map that is not under anything else, and waits for its popup.</summary>
    public async Task ClickPointAsync(int number)
    {
        await Page.EvaluateAsync("flipr.map.close()");
        await Page.WaitForTimeoutAsync(300);
        double[]? at = await Page.EvaluateAsync<double[]?>(string.Create(CultureInfo.InvariantCulture, $$"""
            (() => {
              const { map } = flipr.map;
              const frame = map.getCanvas().getBoundingClientRect();
              const places = map.queryRenderedFeatures({ layers: ['points'] }).map((point) => map.project(point.geometry.coordinates))
                .filter(({ x, y }) => x > 60 && y > 60 && x < frame.width - 120 && y < frame.height - 80);
              const place = places[{{number}} % Math.max(1, places.length)];
              return place ? [frame.left + place.x, frame.top + place.y] : null;
            })()
            """));
        if (at is [var x, var y])
        {
            await Page.Mouse.ClickAsync((float)x, (float)y);
            await Page.WaitForSelectorAsync(".card");
            await Page.WaitForTimeoutAsync(1000);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
