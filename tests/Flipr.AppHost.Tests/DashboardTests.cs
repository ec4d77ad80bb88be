using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Flipr.AppHost.Tests;

/// <summary>The dashboard in a browser, as somebody has it who has started the app host.</summary>
public sealed class DashboardTests(LocalApp local)
{
    private static readonly BrowserNewPageOptions Window = new() { ViewportSize = new ViewportSize { Width = 1280, Height = 720 } };

    [Fact]
    public async Task Shows_the_resources_and_their_graph_and_leads_to_the_map_on_which_its_button_s_listing_appears()
    {
        await using Browser browser = await Browser.StartAsync();
        RunningApp app = await local.StartedAsync();
        await app.HealthyAsync("api-2");
        await app.HealthyAsync("web");
        IPage dashboard = await browser.OpenAsync(app.Dashboard(), Window);
        foreach (string resource in (string[])["postgres", "api", "api-2", "web"])
        {
            await Expect(Row(dashboard, resource)).ToContainTextAsync("Running");
        }

        await PhotographAsync(dashboard, "dashboard-resources");
        string link = (await Row(dashboard, "web").GetByRole(AriaRole.Link).GetAttributeAsync("href"))!;
        IPage map = await browser.OpenMapAsync(new Uri(link));
        await Row(dashboard, "api").GetByTitle("Posts a made-up listing").ClickAsync();
        await Expect(map.GetByText("Sample Street").First).ToBeVisibleAsync();

        await dashboard.GetByText("Graph", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await Expect(dashboard.Locator("svg .resource-group, svg .node, svg g").GetByText("api-2", new LocatorGetByTextOptions { Exact = true }).First).ToBeVisibleAsync();
        await PhotographAsync(dashboard, "dashboard-graph");
    }

    [Fact]
    public async Task Shows_the_way_of_a_listing_as_one_trace_and_what_the_backend_logs()
    {
        await using Browser browser = await Browser.StartAsync();
        RunningApp app = await local.StartedAsync();
        await app.HealthyAsync("api");
        await using Listener listener = await Listener.ConnectAsync(app.Address("api"));
        using var http = new HttpClient();
        var trace = ActivityTraceId.CreateRandom();
        http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using HttpResponseMessage answer = await http.PostAsJsonAsync(new Uri(app.Address("api"), "/update"), new { address = "7 Trace Street" }, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);

        string[] way = ["POST /update", "store listings", "DATA postgresql", "announce new_property", "publish new_property"];
        IPage dashboard = await browser.OpenAsync(app.Dashboard(), Window);
        await Deadline.Until(
            async () =>
            {
                await dashboard.GotoAsync(new Uri(app.Dashboard(), $"/traces/detail/{trace}").ToString());
                await Expect(dashboard.GetByText("Trace detail").Or(dashboard.GetByText("not found")).First).ToBeVisibleAsync();
                return await dashboard.Locator("body").InnerTextAsync();
            },
            text => way.All(step => text.Contains(step, StringComparison.Ordinal)),
            text => $"the whole trace. The dashboard shows:\n{text}");
        await PhotographAsync(dashboard, "dashboard-trace");

        await dashboard.GotoAsync(new Uri(app.Dashboard(), "/structuredlogs/resource/api").ToString());
        await Expect(dashboard.GetByText(listener.Id).First).ToBeVisibleAsync();
        await PhotographAsync(dashboard, "dashboard-log");
    }

    private static ILocator Row(IPage dashboard, string resource) =>
        dashboard.Locator("tr.resource-row").Filter(new LocatorFilterOptions { Has = dashboard.GetByText(resource, new PageGetByTextOptions { Exact = true }) });

    private static Task<byte[]> PhotographAsync(IPage page, string name) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Repository.Root, "artifacts", "screenshots", name + ".png") });
}
