using System.Globalization;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Flipr.EndToEnd.Tests;

/// <summary>The map in a real browser. Its pictures are kept in <c>artifacts/screenshots</c>.</summary>
public class MapTests
{
    private static readonly (string City, double Longitude, double Latitude)[] Cities =
        [("Seattle, WA", -122.33, 47.61), ("Denver, CO", -104.99, 39.74), ("Austin, TX", -97.74, 30.27), ("Chicago, IL", -87.65, 41.88), ("Miami, FL", -80.23, 25.79), ("Boston, MA", -71.07, 42.35)];

    [Fact]
    public async Task An_empty_map_says_so_and_offers_what_fills_it()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartAsync();
        IPage page = await browser.OpenMapAsync(api.Address);

        await Expect(page.Locator("#empty")).ToContainTextAsync("No listings yet");
        await Browser.PhotographAsync(page, "empty");
        await page.Locator("#empty-post").ClickAsync();
        await Expect(page.Locator("#post input[name=address]")).ToBeFocusedAsync();

        await page.Locator("#tools-close").ClickAsync();
        await page.Locator("#empty-simulate").ClickAsync();
        await Expect(page.Locator("#listings li").Nth(2)).ToContainTextAsync("Simulated");
        await Expect(page.Locator("#empty")).ToBeHiddenAsync();
        browser.AssertNoErrors();
        browser.AssertAskedOnly(api.Address);
    }

    [Fact]
    public async Task What_is_posted_is_listed_drawn_filtered_and_followed_into_view()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartAsync();
        await PostSomeAsync(api, 60);
        IPage page = await browser.OpenMapAsync(api.Address, new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1440, Height = 900 } });
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("60");

        // Filters: as GET /properties has them.
        await page.Locator("#filters-toggle").ClickAsync();
        await page.Locator("#filters select[name=bedrooms_min]").SelectOptionAsync("3");
        await page.Locator("#filters select[name=intensity_min]").SelectOptionAsync("0.6");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync(await TotalAsync(api, "bedrooms_min=3&intensity_min=0.6"));
        await page.Locator("#filters input[name=price_max]").FillAsync("500000");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync(await TotalAsync(api, "bedrooms_min=3&intensity_min=0.6&price_max=500000"));
        await page.Locator("#filters button[type=reset]").ClickAsync();
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("60");
        await page.Locator("#filters-toggle").ClickAsync();

        // Somebody else posts: it is in the list, its place is pointed out, and a click shows it whole.
        string id = await api.PostAsync(Listing("1 Pike Place, Seattle", -122.34, 47.609, 0.95, 3, 725_000));
        await Expect(page.Locator(".pulse")).ToBeAttachedAsync();
        await page.Locator($"li[data-id='{id}']").ClickAsync();
        await Expect(page.Locator(".card")).ToContainTextAsync("$725,000");
        await Expect(page.Locator(".card")).ToContainTextAsync("3 beds");
        await Expect(page.Locator(".card")).ToContainTextAsync("Below the median");
        await Browser.PhotographAsync(page, "desktop-popup");

        // The list follows the view, and so does what is watched; what happens elsewhere is there on the way back.
        await Expect(page.Locator("#watching")).Not.ToHaveTextAsync("everything");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync(await InBoxAsync(page, api));
        string elsewhere = await api.PostAsync(Listing("2 Ocean Drive, Miami", -80.13, 25.78, 0.5, 1, 300_000));
        await api.PostAsync(new JsonObject { ["id"] = id, ["address"] = "1 Pike Place, Seattle", ["longitude"] = -122.34, ["latitude"] = 47.609, ["price"] = 700_000 });
        await Expect(page.Locator(".card")).ToContainTextAsync("$700,000");
        await page.Locator("#home").ClickAsync();
        await Expect(page.Locator($"li[data-id='{elsewhere}']")).ToBeVisibleAsync();
        await Expect(page.Locator("#watching")).ToHaveTextAsync("everything");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("62");

        using (await api.Http.DeleteAsync($"/properties/{elsewhere}", TestContext.Current.CancellationToken))
        {
            await Expect(page.Locator($"li[data-id='{elsewhere}']")).ToHaveCountAsync(0);
        }

        await page.Locator("#tools-toggle").ClickAsync();
        await Browser.PhotographAsync(page, "desktop");
        await page.Locator("#tools-close").ClickAsync();
        await page.Locator("#heat").ClickAsync();
        await Browser.PhotographAsync(page, "heat");
        browser.AssertNoErrors();
        browser.AssertAskedOnly(api.Address);
    }

    [Fact]
    public async Task The_map_completes_itself_when_the_killed_server_is_back()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess first = await ApiProcess.StartAsync();
        await PostSomeAsync(first, 30);
        string gone = await first.PostAsync(Listing("Gone Street", -100, 40, 0.5, 1, 100_000));
        IPage page = await browser.OpenMapAsync(first.Address);
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("31");

        await first.KillAsync();
        await Expect(page.Locator("#outage")).ToBeVisibleAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("reconnecting");
        await Browser.PhotographAsync(page, "outage");

        // While the page is held back, others change things.
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#offline").ClickAsync();
        await using ApiProcess second = await first.StartNextAsync();
        await PostSomeAsync(second, 5, from: 30);
        using (await second.Http.DeleteAsync($"/properties/{gone}", TestContext.Current.CancellationToken))
        {
            await UntilPassedOverAsync(second); // What is not would be announced to the page, not caught up.
        }

        await page.Locator("#offline").ClickAsync();

        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("35");
        await Expect(page.Locator("#caught-up")).ToHaveTextAsync("6");
        await Expect(page.Locator("#outage")).ToBeHiddenAsync();

        // The other ways to break and mend it.
        await page.Locator("#disconnect").ClickAsync();
        await Expect(page.Locator("#state")).ToHaveTextAsync("disconnected");
        await page.Locator("#transports").SelectOptionAsync("polling,websocket");
        await Expect(page.Locator("#upgrade")).ToHaveTextAsync("polling → websocket");
        await PostSomeAsync(second, 1, from: 35);
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("36");
    }

    [Fact]
    public async Task Another_database_in_the_place_of_the_one_it_knew_is_loaded_anew()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess first = await ApiProcess.StartAsync();
        await PostSomeAsync(first, 12);
        IPage page = await browser.OpenMapAsync(first.Address);
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("12");

        await first.KillAsync();
        first.DeleteDatabase();
        await using ApiProcess second = await first.StartNextAsync();
        string other = await second.PostAsync(Listing("7 Other Street, Denver", -104.99, 39.74, 0.5, 1, 300_000));

        await Expect(page.Locator("#in-view")).ToHaveTextAsync("1");
        await Expect(page.Locator($"li[data-id='{other}']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_key_is_asked_for_where_one_is_needed_and_nothing_keeps_it()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartWithSettingsAsync("FLIPR_API_KEY=a-key-of-this-test");
        IPage page = await browser.OpenMapAsync(api.Address);
        ILocator key = page.Locator("#post input[name=key]");
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("key");
        await key.FillAsync("a-key-of-this-test");
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("1");

        string kept = await page.EvaluateAsync<string>("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])");
        Assert.DoesNotContain("a-key-of-this-test", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("a-key-of-this-test", await page.Locator("#log").TextContentAsync(), StringComparison.Ordinal);
        await page.ReloadAsync();
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("1");
        await Expect(key).ToHaveValueAsync("");
    }

    [Fact]
    public async Task It_is_usable_on_a_phone_and_in_the_dark_and_by_keyboard()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartAsync();
        await PostSomeAsync(api, 60);

        IPage phone = await browser.OpenMapAsync(api.Address, new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, HasTouch = true, DeviceScaleFactor = 2 });
        Assert.Equal(390, await phone.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Expect(phone.Locator("#map canvas")).ToBeInViewportAsync();
        await Expect(phone.Locator("#listings li").First).ToBeInViewportAsync();
        foreach ((string city, double longitude, double latitude) in Cities)
        {
            Assert.True(await IsInSightAsync(phone, longitude, latitude), $"Something lies over {city}.");
        }

        await Browser.PhotographAsync(phone, "phone");
        await phone.Locator("#listings li").First.TapAsync();
        await phone.Locator(".maplibregl-popup-close-button").TapAsync(); // Nothing lies over it.
        await Expect(phone.Locator(".card")).ToHaveCountAsync(0);
        await phone.Locator("#tools-toggle").TapAsync();
        await Expect(phone.Locator("#post button")).ToBeEnabledAsync();
        await Browser.PhotographAsync(phone, "phone-tools");
        await phone.CloseAsync();

        IPage page = await browser.OpenMapAsync(api.Address, new BrowserNewPageOptions { ColorScheme = ColorScheme.Dark });
        await page.Locator("#listings").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        ILocator chosen = page.Locator("#listings li[aria-selected=true]");
        await Expect(chosen).ToHaveAttributeAsync("aria-posinset", "2");
        await page.Keyboard.PressAsync("End");
        await Expect(chosen).ToHaveAttributeAsync("aria-posinset", "60");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".card .address")).ToHaveTextAsync(await chosen.Locator(".address").TextContentAsync() ?? "");
        await Browser.PhotographAsync(page, "dark");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator(".card")).ToHaveCountAsync(0);

        await page.Locator("#tools-toggle").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#tools")).ToBeVisibleAsync();
        await page.Locator("#ping").FocusAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#tools")).ToBeHiddenAsync();
        await Expect(page.Locator("#tools-toggle")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#tools")).ToBeFocusedAsync();
        await page.Locator("#tools-close").PressAsync("Enter");
        await Expect(page.Locator("#tools-toggle")).ToBeFocusedAsync();
        browser.AssertNoErrors();
    }

    [Fact]
    public async Task A_listing_without_a_place_is_shown_all_the_same_and_half_a_place_is_not_posted()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartAsync();
        string id = await api.PostAsync(new JsonObject { ["address"] = "Nobody knows where", ["ai_evaluation_reasoning"] = "Cheap." });
        IPage page = await browser.OpenMapAsync(api.Address);
        await page.Locator($"li[data-id='{id}']").ClickAsync();
        await Expect(page.Locator(".card")).ToContainTextAsync("Cheap.");
        await Expect(page.Locator(".card")).ToContainTextAsync("no place on the map");

        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post input[name=longitude]").FillAsync("");
        await page.Locator("#post button").ClickAsync();
        Assert.Contains("both", await page.Locator("#post input[name=longitude]").EvaluateAsync<string>("field => field.validationMessage"), StringComparison.Ordinal);
        await page.Locator("#post input[name=longitude]").FillAsync("-122.3");
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("2");
    }

    [Fact]
    public async Task Listings_are_back_on_the_map_when_the_browser_took_its_graphics_away_for_a_while()
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartAsync();
        await api.PostAsync(Listing("1 Pike Place, Seattle", -122.34, 47.609, 0.95, 3, 725_000));
        IPage page = await browser.OpenMapAsync(api.Address);
        await UntilDrawnAsync(page, 1);

        IJSHandle graphics = await page.EvaluateHandleAsync("flipr.map.map.getCanvas().getContext('webgl2').getExtension('WEBGL_lose_context')");
        await graphics.EvaluateAsync("graphics => new Promise(gone => { flipr.map.map.once('webglcontextlost', () => gone()); graphics.loseContext(); })");
        string second = await api.PostAsync(Listing("2 Ocean Drive, Miami", -80.13, 25.78, 0.5, 1, 300_000));
        await Expect(page.Locator($"li[data-id='{second}']")).ToBeVisibleAsync();
        await graphics.EvaluateAsync("graphics => graphics.restoreContext()");
        await UntilDrawnAsync(page, 2);

        await api.PostAsync(Listing("3 Beacon Street, Boston", -71.07, 42.35, 0.5, 1, 300_000));
        await UntilDrawnAsync(page, 3);
    }

    private static async Task UntilDrawnAsync(IPage page, int points) =>
        await page.WaitForFunctionAsync("count => flipr.map.map.style && flipr.map.map.queryRenderedFeatures({ layers: ['points'] }).length === count", points);

    /// <summary>Whether a finger on the place meets the map, and nothing that lies over it.</summary>
    private static Task<bool> IsInSightAsync(IPage page, double longitude, double latitude) => page.EvaluateAsync<bool>(
        "place => { const canvas = flipr.map.map.getCanvas(), frame = canvas.getBoundingClientRect(), at = flipr.map.map.project(place); return document.elementFromPoint(frame.left + at.x, frame.top + at.y) === canvas; }",
        new[] { longitude, latitude });

    /// <summary>Posts listings, others for each number: the same one again would be no new one.</summary>
    private static async Task PostSomeAsync(ApiProcess api, int count, int from = 0)
    {
        for (int i = from; i < from + count; i++)
        {
            (string city, double longitude, double latitude) = Cities[i % Cities.Length];
            double off = i / (double)Cities.Length;
            await api.PostAsync(Listing($"{100 + i} Oak Street, {city}", longitude + (0.03 * Math.Sin(off * 9)), latitude + (0.03 * Math.Cos(off * 7)), i % 11 / 10.0, 1 + (i % 5), 200_000 + (i * 12_500)));
        }
    }

    private static JsonObject Listing(string address, double longitude, double latitude, double intensity, int bedrooms, int price) => new()
    {
        ["address"] = address,
        ["longitude"] = longitude,
        ["latitude"] = latitude,
        ["intensity"] = intensity,
        ["bedrooms"] = bedrooms,
        ["bathrooms"] = 1.5,
        ["price"] = price,
        ["ai_evaluation_reasoning"] = "Below the median of its street.",
    };

    private static async Task<string> TotalAsync(ApiProcess api, string query)
    {
        JsonNode page = JsonNode.Parse(await api.Http.GetStringAsync($"/properties?{query}", TestContext.Current.CancellationToken))!;
        return page["pagination"]!["total_count"]!.GetValue<int>().ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until a client that connects is told the cursor of the last change.</summary>
    private static async Task UntilPassedOverAsync(ApiProcess api)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string last = JsonNode.Parse(await api.Http.GetStringAsync("/properties?per_page=1", cancellation))!["cursor"]!.GetValue<string>();
        string told;
        do
        {
            string opened = await api.Http.GetStringAsync("/socket.io/?EIO=4&transport=polling", cancellation);
            string session = "/socket.io/?EIO=4&transport=polling&sid=" + JsonNode.Parse(opened[1..])!["sid"]!.GetValue<string>();
            using (await api.Http.PostAsync(session, new StringContent("40"), cancellation))
            {
                told = "";
                while (!told.Contains("connection_status", StringComparison.Ordinal))
                {
                    told += await api.Http.GetStringAsync(session, cancellation);
                }
            }

            using (await api.Http.PostAsync(session, new StringContent("1"), cancellation))
            {
            }
        }
        while (!told.Contains($"\"{last}\"", StringComparison.Ordinal));
    }

    private static async Task<string> InBoxAsync(IPage page, ApiProcess api) =>
        await TotalAsync(api, "bbox=" + await page.EvaluateAsync<string>("flipr.map.box.join()"));
}
