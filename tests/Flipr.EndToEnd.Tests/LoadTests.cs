using System.Text;
using System.Text.Json;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests;

/// <summary>Real listings in quantity, to many clients at once.</summary>
public sealed class LoadTests
{
    private const int Clients = 50;
    private const int PollingClients = 10;
    private const int PostsInFlight = 16;

    [Fact]
    public async Task Fifty_clients_get_each_of_3000_listings_once_and_once_more_when_it_is_updated()
    {
        string[] lines = await File.ReadAllLinesAsync(SharedData.File("king-county-sales.ndjson"), TestContext.Current.CancellationToken);
        Dictionary<string, JsonElement> posted = lines.Select(line => JsonElement.Parse(line)).ToDictionary(listing => listing.GetProperty("id").GetString()!);
        string[] ids = [.. posted.Keys];
        Assert.Equal(3000, ids.Length);
        await using ApiProcess api = await ApiProcess.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        for (int i = 0; i < Clients; i++)
        {
            string transport = i < PollingClients ? "polling" : "websocket";
            await node.OpenAsync(api.Address, i % 2 == 0 ? "4.6" : "4.8", new { transports = (string[])[transport] }, tally: true);
        }

        await Deadline.Until(() => GetAsync(api, "/status"), status => status.GetProperty("connected_clients").GetInt32() == Clients, status => $"{Clients} clients, status is {status}");

        await PostAllAsync(api, lines);
        await Assert_every_client_got_each_once(api, node, "new_property", ids);

        await PostAllAsync(api, lines);
        await Assert_every_client_got_each_once(api, node, "property_updated", ids);
        await Assert_every_client_got_each_once(api, node, "new_property", ids); // and no more since

        await Assert_properties_are(api, posted);
        JsonElement status = await GetAsync(api, "/status");
        Assert.Equal(3000, status.GetProperty("total_properties").GetInt32());
        Assert.Equal(3000, status.GetProperty("weak_deals").GetInt32()); // none of them has an intensity: it is 0
        Assert.Equal(0, status.GetProperty("hot_deals").GetInt32() + status.GetProperty("good_deals").GetInt32() + status.GetProperty("average_deals").GetInt32());
    }

    private static async Task PostAllAsync(ApiProcess api, string[] lines) =>
        await Parallel.ForEachAsync(
            lines,
            new ParallelOptions { MaxDegreeOfParallelism = PostsInFlight, CancellationToken = TestContext.Current.CancellationToken },
            async (line, cancellation) =>
            {
                using var body = new StringContent(line, Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await api.Http.PostAsync("/update", body, cancellation);
                Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
            });

    private static async Task Assert_every_client_got_each_once(ApiProcess api, NodeClients node, string eventName, string[] ids)
    {
        NodeClients.Tally[] tallies = await Deadline.Until(
            () => node.TallyAsync(eventName, ids),
            tallies => tallies.All(tally => tally.Received >= ids.Length),
            tallies => $"{ids.Length} {eventName} at every client, they got {string.Join(", ", tallies.Select(tally => tally.Received))}\n{node.Connections}\n{api.Output}",
            tallies => tallies.Sum(tally => (long)tally.Received));
        Assert.Equal(Clients, tallies.Length);
        Assert.All(tallies, tally => Assert.Equal((ids.Length, 0, 0), (tally.Received, tally.Missing, tally.Repeated)));
    }

    private static async Task Assert_properties_are(ApiProcess api, Dictionary<string, JsonElement> posted)
    {
        var seen = new Dictionary<string, JsonElement>();
        bool more = true;
        for (int page = 1; more; page++)
        {
            JsonElement answer = await GetAsync(api, $"/properties?page={page}");
            foreach (JsonElement listing in answer.GetProperty("properties").EnumerateArray())
            {
                Assert.True(seen.TryAdd(listing.GetProperty("id").GetString()!, listing), "A listing came twice.");
            }

            Assert.Equal(posted.Count, answer.GetProperty("pagination").GetProperty("total_count").GetInt32());
            more = answer.GetProperty("pagination").GetProperty("has_next").GetBoolean();
        }

        Assert.Equal(posted.Keys.Order(StringComparer.Ordinal), seen.Keys.Order(StringComparer.Ordinal));
        foreach ((string id, JsonElement listing) in posted)
        {
            foreach (JsonProperty field in listing.EnumerateObject())
            {
                Assert.True(JsonElement.DeepEquals(field.Value, seen[id].GetProperty(field.Name)), $"{id}: {field.Name} was {field.Value}, now is {seen[id].GetProperty(field.Name)}");
            }
        }
    }

    private static async Task<JsonElement> GetAsync(ApiProcess api, string path) =>
        JsonElement.Parse(await api.Http.GetByteArrayAsync(path, TestContext.Current.CancellationToken));
}
