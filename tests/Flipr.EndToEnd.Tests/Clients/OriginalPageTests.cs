using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>Flipr's frontend unchanged, on what the collectors post unchanged: no listing may blank it, on load or live.</summary>
public sealed class OriginalPageTests(SharedApi shared)
{
    /// <summary>The frontend's own, but for the origin that a browser adds.</summary>
    private static readonly object Options = new
    {
        transports = (string[])["websocket", "polling"],
        withCredentials = true,
        extraHeaders = new { Origin = "https://app.flipr.realty" },
    };

    // As ATTOM delivers them, and what came of it.
    private static readonly (string Listing, string? Zip)[] Collected =
    [
        ("""
         {"identifier":{"Id":184713191,"fips":"08031","apn":"0219204015000","attomId":184713191},
          "address":{"country":"US","countrySubd":"CO","line1":"4529 WINONA CT","line2":"DENVER, CO 80212","locality":"Denver","matchCode":"ExaStr","oneLine":"4529 WINONA CT, DENVER, CO 80212","postal1":"80212","postal2":"2512","postal3":"C037"},
          "location":{"accuracy":"Rooftop","latitude":"39.778904","longitude":"-105.047624"},"latitude":"39.778904","longitude":"-105.047624",
          "rooms":{"beds":2,"baths":"1.0"},"saleAmount":450000,"price":null}
         """, "80212"),
        ("""{"identifier":{"attomId":2},"address":{"line1":"1 Pine St","locality":"Seattle","countrySubd":"WA","postal1":"98101"},"latitude":47.6,"longitude":-122.3}""", "98101"),
        ("""{"identifier":{"attomId":3},"address":{"country":"US"},"latitude":47.6,"longitude":-122.3}""", null),
        ("""{"identifier":{"attomId":4},"address":null}""", null),
        ("""{"identifier":{"attomId":5},"latitude":"","longitude":"","timestamp":""}""", null),
        ("""{"identifier":{"attomId":6},"address":98102}""", "98102"),
        ("""{"identifier":{"attomId":7},"address":["1 Pine St","Seattle 98103"]}""", "98103"),
        ("""{"identifier":{"attomId":8},"address":"King County, WA 98125"}""", "98125"),
    ];

    [Theory]
    [InlineData("4.6")]
    [InlineData("4.8")]
    public async Task Every_listing_is_shown_live_and_on_load(string version)
    {
        await using ApiProcess api = await shared.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient page = await node.OpenAsync(api.Address, version, Options, page: true);
        await page.WaitForAsync("connection_status");

        foreach ((string listing, string? zip) in Collected)
        {
            foreach (string eventName in (string[])["new_property", "property_updated"])
            {
                page.Forget();
                string id = await api.PostAsync(JsonNode.Parse(listing)!);
                await page.WaitForAsync(eventName, heard => heard.GetProperty("id").GetString() == id);
                // The page looks at a listing before the client tells of the next event: so it has shown it, or is blank.
                await page.EmitWithAckAsync("ping_test", 1);
                Assert.Equal((0, 1), (page.Count(":blank"), page.Count(":shown")));
                JsonElement shown = await page.WaitForAsync(":shown");
                Assert.Equal((id, zip), (shown.GetProperty("id").GetString(), shown.GetProperty("zip").GetString()));
            }
        }

        JsonElement loaded = await node.CallAsync(new { @do = "load", url = api.Address.ToString() });
        Assert.Equal(
            Collected.Select(collected => collected.Zip).Order(),
            loaded.EnumerateArray().Select(listing => listing.GetProperty("zip").GetString()).Order());
    }

    [Fact]
    public async Task What_is_posted_again_after_a_crash_is_there_once()
    {
        await using ApiProcess first = await shared.StartAsync();
        string byBody = await first.PostAsync(JsonNode.Parse(NoId)!);
        string byKey = await PostAsync(first, "crash-1");
        await first.KillAsync();

        await using ApiProcess second = await first.StartNextAsync();
        Assert.Equal(byBody, await second.PostAsync(JsonNode.Parse(NoId)!));
        Assert.Equal(byKey, await PostAsync(second, "crash-1"));
        using var status = JsonDocument.Parse(await second.Http.GetStringAsync("/status", TestContext.Current.CancellationToken));
        Assert.Equal(2, status.RootElement.GetProperty("total_properties").GetInt32());
    }

    private const string NoId = """{"address":{"oneLine":"4529 WINONA CT, DENVER, CO 80212"},"saleAmount":450000}""";

    private static async Task<string> PostAsync(ApiProcess api, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = JsonContent.Create(JsonNode.Parse(NoId)) };
        request.Headers.Add("Idempotency-Key", key);
        using HttpResponseMessage response = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return answer.RootElement.GetProperty("id").GetString()!;
    }
}
