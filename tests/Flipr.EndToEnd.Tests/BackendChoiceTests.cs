using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Flipr.EndToEnd.Tests;

/// <summary>Which backend the page connects to and which one a key goes to: its host decides, and no link to it.</summary>
public sealed class BackendChoiceTests(SharedApi shared)
{
    private const string Key = "a-key-of-this-test";
    private static readonly (string, string) Production = ("ASPNETCORE_ENVIRONMENT", "Production");

    [Fact]
    public async Task A_link_to_the_page_in_production_cannot_lead_it_to_another_backend()
    {
        await using Browser browser = await Browser.StartAsync();
        Assert.SkipUnless(PostgresCluster.Missing is null, PostgresCluster.Missing ?? "");
        await using PostgresCluster postgres = await PostgresCluster.StartNewAsync(isSynced: false);
        await using ApiProcess api = await ApiProcess.StartWithSettingsAsync("PRODUCTION=true", $"FLIPR_API_KEY={Key}", $"DATABASE_URL={await postgres.CreateDatabaseAsync()}");
        await using OtherServer other = await OtherServer.StartAsync();
        IPage page = await browser.OpenAsync(new Uri(api.Address, $"/?api={other.Address}"));

        await Expect(page.Locator("#refusal")).ToContainTextAsync($"Not connected to {Origin(other.Address)}:");
        await Expect(page.Locator("#refusal")).ToContainTextAsync($"PAGE_BACKENDS={Origin(other.Address)}");
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator("html[data-map=drawn][data-replica=complete]")).ToBeAttachedAsync();
        await Browser.PhotographAsync(page, "refused-backend");
        await page.Locator("#tools-toggle").ClickAsync();
        await Expect(page.Locator("#backend")).ToHaveTextAsync(Origin(api.Address));
        await page.Locator("#post input[name=key]").FillAsync(Key);
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");

        // Whatever runs in the page, its policy lets nothing out either.
        Assert.Equal("refused", await page.EvaluateAsync<string>("to => fetch(to).then(() => 'sent', () => 'refused')", other.Address.ToString()));
        Assert.Empty(other.Heard);
        browser.AssertAskedOnly(api.Address, other.Address); // The test's own attempt among it.
        await page.Locator("#refusal-close").ClickAsync();
        await Expect(page.Locator("#refusal")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_key_never_goes_to_a_backend_that_a_link_named()
    {
        await using Browser browser = await Browser.StartAsync();
        await using OtherServer other = await OtherServer.StartAsync();
        IPage page = await browser.OpenAsync(new Uri(shared.Api.Address, $"/?api={other.Address}"));
        await Expect(page.Locator("#backend")).ToHaveTextAsync(Origin(other.Address));
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");

        // Also when somebody unlocks the field.
        await page.Locator("#post input[name=key]").EvaluateAsync("(field, key) => { field.disabled = false; field.value = key; }", Key);
        await page.Locator("#post button").ClickAsync();
        await page.Locator("#simulate").ClickAsync();
        await other.UntilPostedAsync(4);
        Assert.DoesNotContain(other.Heard, request => request.Contains(Key, StringComparison.Ordinal));

        await page.ReloadAsync();
        await page.Locator("#tools-toggle").ClickAsync();
        await Expect(page.Locator("#post input[name=key]")).ToBeDisabledAsync();
        await Expect(page.Locator("#key-label")).ToContainTextAsync("not sent");
        await Expect(page.Locator("#refusal")).ToBeHiddenAsync();
        await page.Locator("#post button").ScrollIntoViewIfNeededAsync();
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", "untrusted-backend.png") });
    }

    [Fact]
    public async Task A_link_may_name_what_PAGE_BACKENDS_holds_and_nothing_else()
    {
        await using Browser browser = await Browser.StartAsync();
        await using OtherServer other = await OtherServer.StartAsync();
        await using WebMockProcess host = await WebMockProcess.StartAsync(Production, ("PAGE_BACKENDS", $"https://api.example, {shared.Api.Address}"));
        string id = await shared.Api.PostAsync(new JsonObject { ["address"] = "6 Main Street" });

        IPage page = await browser.OpenAsync(new Uri(host.Address, $"/?api={shared.Api.Address}"));
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator($"li[data-id='{id}']")).ToContainTextAsync("6 Main Street");
        await Expect(page.Locator("#post input[name=key]")).ToBeDisabledAsync();
        browser.AssertNoErrors();

        IPage refused = await browser.OpenAsync(new Uri(host.Address, $"/?api={other.Address}"));
        await Expect(refused.Locator("#refusal")).ToContainTextAsync($"Not connected to {Origin(other.Address)}:");
        await Expect(refused.Locator("#backend")).ToHaveTextAsync(Origin(host.Address));
        IPage nonsense = await browser.OpenAsync(new Uri(host.Address, $"/?api=javascript:alert(1){new string('x', 3000)}"));
        await Expect(nonsense.Locator("#refusal")).ToContainTextAsync("is no address of a backend");
        await Expect(nonsense.Locator("#backend")).ToHaveTextAsync(Origin(host.Address));
        Assert.InRange((await nonsense.Locator("#refusal-text").TextContentAsync())!.Length, 1, 400);
        Assert.Empty(other.Heard);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task The_backend_that_service_discovery_names_needs_no_link_and_takes_the_key(string environment)
    {
        await using Browser browser = await Browser.StartAsync();
        await using ApiProcess api = await ApiProcess.StartWithSettingsAsync($"FLIPR_API_KEY={Key}");
        await using WebMockProcess host = await WebMockProcess.StartAsync(("ASPNETCORE_ENVIRONMENT", environment), ("services__api__http__0", Origin(api.Address)));
        IPage page = await browser.OpenAsync(host.Address);

        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(page.Locator("#backend")).ToHaveTextAsync(Origin(api.Address));
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post input[name=key]").FillAsync(Key);
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        await Expect(page.Locator("#refusal")).ToBeHiddenAsync();
        browser.AssertNoErrors();
        browser.AssertAskedOnly(host.Address, api.Address);

        // A link may say the same.
        IPage linked = await browser.OpenAsync(new Uri(host.Address, $"/?api={api.Address}"));
        await Expect(linked.Locator("#state")).ToHaveTextAsync("connected");
        await Expect(linked.Locator("#post input[name=key]")).ToBeEnabledAsync();
    }

    [Fact]
    public async Task Under_Vite_the_page_has_the_api_on_its_own_origin_and_may_be_linked_to_another()
    {
        await using Browser browser = await Browser.StartAsync();
        await using DevServerProcess host = await DevServerProcess.StartAsync("services__api__http__0", shared.Api.Address);
        IPage page = await browser.OpenMapAsync(host.Address);
        await Expect(page.Locator("#transport")).ToHaveTextAsync("websocket");
        await Expect(page.Locator("#backend")).ToHaveTextAsync(Origin(host.Address));
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        browser.AssertAskedOnly(host.Address);

        await using ApiProcess second = await ApiProcess.StartAsync();
        string id = await second.PostAsync(new JsonObject { ["address"] = "8 Main Street" });
        IPage linked = await browser.OpenMapAsync(new Uri(host.Address, $"/?api={second.Address}"));
        await Expect(linked.Locator($"li[data-id='{id}']")).ToContainTextAsync("8 Main Street");
        browser.AssertNoErrors();
    }

    /// <summary>Seen under Vite, whose page no policy holds back.</summary>
    [Fact]
    public async Task A_key_does_not_follow_an_answer_that_leads_elsewhere()
    {
        await using Browser browser = await Browser.StartAsync();
        await using OtherServer other = await OtherServer.StartAsync();
        await using OtherServer leading = await OtherServer.StartAsync(redirect: other.Address);
        await using DevServerProcess host = await DevServerProcess.StartAsync("API_URL", leading.Address);
        IPage page = await browser.OpenAsync(host.Address);
        await Expect(page.Locator("#state")).ToHaveTextAsync("connected");
        await page.Locator("#tools-toggle").ClickAsync();
        await page.Locator("#post input[name=key]").FillAsync(Key);
        await page.Locator("#post button").ClickAsync();

        await leading.UntilPostedAsync(1);
        await Expect(page.Locator("#posted")).ToContainTextAsync("Could not post");
        Assert.Empty(other.Heard);
    }

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
