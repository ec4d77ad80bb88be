using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Flipr.EndToEnd.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Flipr.EndToEnd.Tests;

/// <summary>The page in a real browser.</summary>
public partial class BrowserTests(SharedApi shared)
{
    /// <summary>Markup that would run if any of it were taken for markup.</summary>
    private const string Hostile = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>";

    /// <summary>The same, as long as a rating that is shown whole.</summary>
    private const string BrieflyHostile = "<img src=x onerror=document.title=1>";

    [Fact]
    public async Task The_page_at_the_root_goes_live()
    {
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(shared.Api.Address);

        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator("#transport")).ToHaveTextAsync("websocket");
        await Expect(page.Locator("#sid")).ToHaveTextAsync(SocketId());
        await Expect(page.Locator("#message")).ToHaveTextAsync("Successfully connected to Flipr WebSocket server");

        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#ping").ClickAsync();
        await Expect(page.Locator("#pong")).ToContainTextAsync("Pong response from Flipr server");

        string id = await shared.Api.PostAsync(new JsonObject { ["address"] = "3 Main Street", ["price"] = 123_456, ["bedrooms"] = 2 });
        ILocator entry = page.Locator($"li[data-id='{id}']");
        await Expect(entry).ToContainTextAsync("3 Main Street");
        await Expect(entry).ToContainTextAsync("$123,456");

        await page.Locator("#post input[name=address]").FillAsync("4 Main Street");
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        await Expect(page.Locator("#listings li").First).ToContainTextAsync("4 Main Street");

        browser.AssertNoErrors();
    }

    [Fact]
    public async Task Listing_text_is_shown_as_text_whatever_it_contains()
    {
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(shared.Api.Address);
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");

        await shared.Api.PostAsync(new JsonObject
        {
            ["id"] = Hostile,
            ["address"] = Hostile,
            ["latitude"] = 39,
            ["longitude"] = -98,
            ["rooms"] = new JsonObject { ["beds"] = 2, ["note"] = Hostile },
            ["deal_rating"] = BrieflyHostile,
            ["ai_evaluation_reasoning"] = Hostile,
        });

        ILocator entry = page.Locator("#listings li").First;
        await Expect(entry.Locator(".address")).ToHaveTextAsync(Hostile);
        await Expect(entry.Locator(".detail")).ToHaveTextAsync($"{BrieflyHostile} · {Hostile}");
        await entry.ClickAsync();
        await Expect(page.Locator(".card .address")).ToHaveTextAsync(Hostile);
        await Expect(page.Locator(".card .reasoning")).ToHaveTextAsync(Hostile);
        await page.Locator("#tools-toggle").ClickAsync();
        await Expect(page.Locator("#log")).ToContainTextAsync(Hostile[..40]);
        await Expect(page.Locator("main img, main script")).ToHaveCountAsync(0);
        await Expect(page).ToHaveTitleAsync("Flipr test frontend");
        browser.AssertNoErrors();
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task The_page_goes_live_from_an_origin_of_its_own(string transport)
    {
        await using Browser browser = await Browser.StartAsync();
        await using WebMockProcess host = await WebMockProcess.StartAsync();
        IPage page = await browser.OpenAsync(new Uri(host.Address, $"/?api={shared.Api.Address}&transports={transport}"));

        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator("#transport")).ToHaveTextAsync(transport);
        string id = await shared.Api.PostAsync(new JsonObject { ["address"] = "5 Main Street" });
        await Expect(page.Locator($"li[data-id='{id}']")).ToContainTextAsync("5 Main Street");

        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        browser.AssertNoErrors();
        browser.AssertAskedOnly(host.Address, shared.Api.Address);
    }

    [Fact]
    public async Task Without_the_frontends_build_a_plain_page_shows_the_live_events()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartWithoutFrontendAsync();
        IPage page = await browser.OpenAsync(api.Address);

        await Expect(page.Locator("h1")).ToHaveTextAsync("The Flipr backend is running");
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await api.PostAsync(new JsonObject { ["address"] = Hostile });
        await Expect(page.Locator("#events li").First).ToContainTextAsync("new_property");
        await Expect(page.Locator("#events img, #events script")).ToHaveCountAsync(0);

        await api.PostAsync(new JsonObject { ["address"] = new string('x', 1000) });
        await Expect(page.Locator("#events li").First).ToContainTextAsync("xxx…");
        browser.AssertNoErrors();
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{20,}$")]
    private static partial Regex SocketId();
}
