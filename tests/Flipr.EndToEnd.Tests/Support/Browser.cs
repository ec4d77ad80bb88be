using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The machine's own Chromium, driven by Playwright; what goes wrong in its pages is collected.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ConcurrentQueue<string> _requests = new();

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts it; skips the test where there is none, or no page was built to look at.</summary>
    public static async Task<Browser> StartAsync()
    {
        string path = Tools.Browser;
        _ = Tools.Node;
        Microsoft.Playwright.Assertions.SetDefaultExpectTimeout((float)Deadline.Default.TotalMilliseconds);
        IPlaywright playwright = await Playwright.CreateAsync();
        try
        {
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = path,
                // Looks nothing up and fetches nothing on its own account; draws the map without a graphics card.
                Args = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="options">How: as a phone, in the dark.</param>
    public async Task<IPage> OpenAsync(Uri address, BrowserNewPageOptions? options = null)
    {
        IPage page = await _browser.NewPageAsync(options);
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Enqueue($"{message.Text} ({message.Location})");
            }
        };
        page.Request += (_, request) => _requests.Enqueue(request.Url);
        page.WebSocket += (_, socket) => _requests.Enqueue(socket.Url);
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Opens the map and waits until it is drawn and holds every listing.</summary>
    public async Task<IPage> OpenMapAsync(Uri address, BrowserNewPageOptions? options = null)
    {
        IPage page = await OpenAsync(address, options);
        await Microsoft.Playwright.Assertions.Expect(page.Locator("html[data-map=drawn][data-replica=complete]")).ToBeAttachedAsync();
        return page;
    }

    /// <summary>Keeps what the page looks like once the map has drawn all that it knows, for people.</summary>
    public static async Task PhotographAsync(IPage page, string name)
    {
        await page.EvaluateAsync("""
            flipr.map.flush().then(() => new Promise((done) => {
              flipr.map.map.once('idle', () => done());
              flipr.map.map.triggerRepaint();
            }))
            """);
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", name + ".png") });
    }

    /// <summary>Nothing was thrown, refused by the Content-Security-Policy or failed to load.</summary>
    public void AssertNoErrors() => Assert.True(_errors.IsEmpty, string.Join('\n', _errors));

    /// <summary>Nothing was asked of anybody but these.</summary>
    public void AssertAskedOnly(params Uri[] hosts) =>
        Assert.DoesNotContain(_requests, url => !hosts.Any(host => new Uri(url).Authority == host.Authority));

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
