using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The machine's own Chromium, driven by Playwright; what goes wrong in its pages is collected.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _errors = new();

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
                // Looks nothing up and fetches nothing on its own account.
                Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page.</summary>
    public async Task<IPage> OpenAsync(Uri address)
    {
        IPage page = await _browser.NewPageAsync();
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Enqueue($"{message.Text} ({message.Location})");
            }
        };
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Nothing was thrown, refused by the Content-Security-Policy or failed to load.</summary>
    public void AssertNoErrors() => Assert.True(_errors.IsEmpty, string.Join('\n', _errors));

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
