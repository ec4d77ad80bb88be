using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;
using Flipr.SocketIO;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Flipr.EndToEnd.Tests;

/// <summary>A backend may send text of any length: the page shows, measures and keeps only so much of it.</summary>
public sealed class LongTextTests
{
    private const int Listings = 1000;
    private const int PerAnswer = 5;

    private static readonly string Long = new('x', 200_000);
    private static readonly string Surrogates = string.Concat(Enumerable.Repeat("😀", 100_000));

    [Fact]
    public async Task A_thousand_listings_of_endless_text_are_listed_and_open()
    {
        await using Browser browser = await Browser.StartAsync();
        await using OtherServer server = await OtherServer.StartAsync(Send);
        await using WebMockProcess host = await WebMockProcess.StartAsync();
        IPage page = await browser.OpenAsync(new Uri(host.Address, $"/?api={server.Address}"));
        await Deadline.Until(
            () => page.EvaluateAsync<int>("flipr.store.size"), held => held == Listings + 1, held => $"{Listings + 1} listings; the page holds {held}", held => held);

        await Expect(page.Locator("html[data-map=drawn]")).ToBeAttachedAsync();
        await Expect(page.Locator("#in-view")).ToHaveTextAsync("1,001");
        await page.Locator("#tools-toggle").ClickAsync();
        await Expect(page.Locator("#log")).ToContainTextAsync("property_deleted xxx");
        await page.Locator("#ping").ClickAsync();
        await Expect(page.Locator("#pong")).ToContainTextAsync("…");
        await page.Locator("#post button").ClickAsync();
        await Expect(page.Locator("#posted")).ToContainTextAsync("Posted as");
        await page.Locator("#tools-close").ClickAsync();

        // The newest came live; the next one is of the first load.
        await page.Locator("#listings li[aria-posinset='1']").ClickAsync();
        await Expect(page.Locator(".card .address")).ToHaveTextAsync(string.Concat(Enumerable.Repeat("😀", 199)) + "…");
        await page.Locator("#listings li[aria-posinset='2']").ClickAsync();
        await Expect(page.Locator(".card .address")).ToHaveTextAsync(Long[..199] + "…");
        await Expect(page.Locator(".card .reasoning")).ToHaveTextAsync(Long[..999] + "…");
        await Expect(page.Locator(".card .badge")).ToHaveTextAsync($"Hot · {Long[..39]}…");
        await Expect(page.Locator(".card .price")).ToHaveTextAsync("$1E300");
        await Expect(page.Locator(".card .rooms")).ToHaveCountAsync(0);
        Assert.InRange(await page.EvaluateAsync<int>("""
            () => {
              const lengths = [];
              for (const walk = document.createTreeWalker(document, NodeFilter.SHOW_TEXT); walk.nextNode(); ) lengths.push(walk.currentNode.data.length);
              for (const { attributes } of document.querySelectorAll('*')) for (const { value } of attributes) lengths.push(value.length);
              return Math.max(...lengths);
            }
            """), 1, 1100);
        await Browser.PhotographAsync(page, "long-text");

        // An address is text or an object that has it in one line; anything else is none, and the id stands for it.
        string[] addresses = await page.EvaluateAsync<string[]>("['listing-0', 'listing-1', 'listing-2'].map(id => flipr.store.byId(id).address)");
        Assert.Equal(["1 Line Street", "listing-1", Long[..199] + "…"], addresses);
        browser.AssertNoErrors();
    }

    /// <summary>A backend that speaks the events of ours, without its bounds.</summary>
    private static void Send(SocketIOServer io) => io.OnConnection(async socket =>
    {
        int sent = 0;
        socket.On("catch_up", async (JsonElement _, Ack ack) =>
        {
            var changes = new JsonArray();
            for (int i = 0; i < PerAnswer && sent < Listings; i++, sent++)
            {
                changes.Add(new JsonObject { ["type"] = "new", ["cursor"] = $"{sent}", ["property"] = Listing(sent) });
            }

            await ack.SendAsync(Element(new JsonObject { ["status"] = "ok", ["changes"] = changes, ["next"] = $"{sent}", ["more"] = sent < Listings }));
            if (sent == Listings)
            {
                JsonObject live = Listing(Listings);
                (live["address"], live["id"], live["cursor"]) = (Surrogates, Long, "live");
                live.Remove("lat"); // Its popup leaves the map where it is.
                await socket.EmitAsync("new_property", Element(live));
                await socket.EmitAsync("property_deleted", Element(new JsonObject { ["id"] = Long + "y", ["cursor"] = "gone" }));
            }
        });
        socket.On("watch", async (JsonElement _, Ack ack) => await ack.SendAsync(Element(new JsonObject { ["status"] = "ok", ["cursor"] = "0" })));
        socket.On("ping_test", async (JsonElement _, Ack ack) => await ack.SendAsync(Element(new JsonObject { ["message"] = Long })));
        await socket.EmitAsync("connection_status", Element(new JsonObject { ["status"] = "connected", ["message"] = Long, ["cursor"] = "0" }));
    });

    /// <summary>Each has a long address, every tenth nothing but long text: what all of it takes would be most of the test's time.</summary>
    private static JsonObject Listing(int number) => number % 10 == 9 || number == Listings ? new()
    {
        ["id"] = $"listing-{number}",
        ["address"] = Long,
        ["ai_evaluation_reasoning"] = Long,
        ["deal_rating"] = Long,
        ["intensity"] = 0.9,
        ["price"] = 1e300,
        ["bedrooms"] = Long,
        ["bathrooms"] = new JsonArray(Long),
        ["lat"] = number == 9 ? 1e9 : 30 + (number % 15),
        ["lng"] = -120 + (number % 45),
        ["timestamp"] = 1_700_000_000 + number,
        ["anything"] = Long,
    }
    : new()
    {
        ["id"] = $"listing-{number}",
        ["address"] = number switch { 0 => new JsonObject { ["oneLine"] = "1 Line Street", ["rest"] = Long }, 1 => new JsonObject { ["line"] = Long }, _ => Long },
        ["lat"] = 30 + (number % 15),
        ["lng"] = -120 + (number % 45),
        ["timestamp"] = 1_700_000_000 + number,
    };

    private static JsonElement Element(JsonObject value) => JsonSerializer.SerializeToElement(value);
}
