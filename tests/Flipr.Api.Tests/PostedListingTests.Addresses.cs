using System.Net;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>The original page asks every listing's address for its text, on load and on each live event: one that is none blanks it.</summary>
public abstract partial class PostedListingTests
{
    private const string Attom = """
        {"country":"US","countrySubd":"CO","line1":"4529 WINONA CT","line2":"DENVER, CO 80212","locality":"Denver","matchCode":"ExaStr","oneLine":"4529 WINONA CT, DENVER, CO 80212","postal1":"80212","postal2":"2512"}
        """;

    // Posted or stored, what is served, and whether the object stands beside it.
    public static TheoryData<string, string, bool> Addresses => new()
    {
        { Attom, "4529 WINONA CT, DENVER, CO 80212", true },
        { """{"line1":"4529 WINONA CT","line2":"DENVER, CO 80212","locality":"Denver","postal1":"80212"}""", "4529 WINONA CT, DENVER, CO 80212", true },
        { """{"oneLine":null,"line1":"1 Pine St","locality":"Seattle","countrySubd":"WA","postal1":"98101"}""", "1 Pine St, Seattle, WA 98101", true },
        { """{"oneLine":"  ","line1":"1 Pine St","line2":"Unit 5","locality":"Seattle","countrySubd":"WA","postal1":98101}""", "1 Pine St, Unit 5, Seattle, WA 98101", true },
        { """{"locality":"Seattle","countrySubd":"WA"}""", "Seattle, WA", true },
        { """{"line2":"DENVER, CO 80212"}""", "DENVER, CO 80212", true },
        { """{"street":"1 Pine St","city":"Seattle","state":"WA","zip":"98101"}""", "1 Pine St, Seattle, WA 98101", true },
        { """{"oneLine":{"not":"text"}}""", "", true },
        { "{}", "", true },
        { "null", "", false },
        { "\"\"", "", false },
        { "\"1 Pine St\"", "1 Pine St", false },
        { "98101", "98101", false },
        { "true", "true", false },
        { """["1 Pine St", {"a":1, "a":2}]""", """["1 Pine St",{"a":2}]""", false },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task The_address_is_text_wherever_a_listing_is_served(string posted, string text, bool hasParts)
    {
        using ApiHost api = await StartAsync();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        string start = (await client.NextAsync("connection_status")).GetProperty("cursor").GetString()!;
        await api.StoreAsync($$"""{"id":"a","address":{{posted}},"nothing":null}""");

        await CheckEverywhereAsync(api, client, start, "new", listing =>
        {
            Check(listing, text, hasParts ? posted : null);
            Assert.Equal(JsonValueKind.Null, listing.GetProperty("nothing").ValueKind);
        });
        object? column = await _database.ExecuteAsync("SELECT address FROM properties");
        Assert.Equal(text, column is DBNull ? "" : column);
        Assert.Equal(text.Length == 0, column is DBNull);

        // What was served can be posted again, and nothing gets lost.
        string served = (await api.PropertyAsync("a")).GetRawText();
        await api.StoreAsync(served);
        Assert.Equal(JsonText.Of(JsonElement.Parse(served)), JsonText.Of(await api.PropertyAsync("a")));
    }

    [Fact]
    public async Task A_listing_without_an_address_has_an_empty_one()
    {
        using ApiHost api = await StartAsync();
        await api.StoreAsync("""{"id":"a"}""");

        Assert.Equal("", (await api.PropertyAsync("a")).GetProperty("address").GetString());
        Assert.Equal(DBNull.Value, await _database.ExecuteAsync("SELECT address FROM properties"));
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task The_address_of_a_row_that_is_stored_already_is_served_as_text(string stored, string text, bool hasParts)
    {
        using ApiHost api = await StartAsync();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        string start = (await client.NextAsync("connection_status")).GetProperty("cursor").GetString()!;

        // By the old backend, and by this one before it served text.
        string[] rows =
        [
            $$"""{"address":{{stored}},"price":5}""",
            $$"""{"id":"a","address":{{stored}},"nothing":null,"timestamp":1,"intensity":0,"deal_rating":"Fair","ai_evaluation_reasoning":""}""",
        ];
        foreach (string row in rows)
        {
            await _database.ExecuteAsync($"INSERT INTO properties (id, property_data) VALUES ('a', '{row}')");
            await CheckEverywhereAsync(api, client, start, "new", listing =>
            {
                Check(listing, text, hasParts ? stored : null);
                Assert.Equal(row == rows[1], listing.TryGetProperty("nothing", out _)); // The old backend's nulls count as absent.
            });
            await _database.ExecuteAsync("DELETE FROM properties");
            start = (await client.NextAsync("property_deleted")).GetProperty("cursor").GetString()!;
        }
    }

    [Theory]
    [InlineData("""{"price":5}""", "2 Pine St")]
    [InlineData("""{"address":{"country":"US"}}""", "2 Pine St")]
    [InlineData("""{"address":null,"id":"a","timestamp":1,"intensity":0,"deal_rating":"","ai_evaluation_reasoning":""}""", "2 Pine St")]
    [InlineData("""{"id":"a","timestamp":1,"intensity":0,"deal_rating":"","ai_evaluation_reasoning":""}""", "2 Pine St")]
    [InlineData("""{"address":"1 Pine St"}""", "1 Pine St")]
    public async Task The_column_stands_in_for_an_address_that_an_old_row_has_nowhere_else(string data, string text)
    {
        using ApiHost api = await StartAsync();
        await _database.ExecuteAsync($"INSERT INTO properties (id, address, property_data) VALUES ('a', '2 Pine St', '{data}'), ('b', NULL, NULL)");

        Assert.Equal(text, (await api.PropertyAsync("a")).GetProperty("address").GetString());
        Assert.Equal("", (await api.PropertyAsync("b")).GetProperty("address").GetString());
    }

    [Fact]
    public async Task Text_that_is_too_long_is_refused_and_cut_where_it_is_stored_already()
    {
        using ApiHost api = await StartAsync();
        (string Field, int Limit)[] texts = [("address", 1_000), ("deal_rating", 200), ("ai_evaluation_reasoning", 20_000)];
        foreach ((string field, int limit) in texts)
        {
            string exact = new('é', limit);
            await api.StoreAsync($$"""{"id":"exact","{{field}}":"{{exact}}"}""");
            Assert.Equal(exact, (await api.PropertyAsync("exact")).GetProperty(field).GetString());
            string message = await RefusedAsync(api, HttpStatusCode.BadRequest, $$"""{"id":"longer","{{field}}":"{{exact}}x"}""");
            Assert.StartsWith($"{field} is {limit + 1} characters long, and at most {limit} are taken. Send ", message, StringComparison.Ordinal);

            string old = $"{new string('x', limit - 2)}\U0001F3E0{new string('y', 200_000)}";
            string cut = $"{new string('x', limit - 2)}…";
            string whole = """
                "id":"old","timestamp":1,"intensity":0,"deal_rating":"r","ai_evaluation_reasoning":"r","address":"r"
                """.Replace($"\"{field}\":\"r\"", $"\"{field}\":\"{old}\"", StringComparison.Ordinal);
            foreach ((string column, string data) in ((string, string)[])[("NULL", $$"""{"{{field}}":"{{old}}"}"""), ("NULL", $$"""{{{whole}}}"""), ($"'{old}'", "{}")])
            {
                await _database.ExecuteAsync("DELETE FROM properties");
                await _database.ExecuteAsync($"INSERT INTO properties (id, {field}, property_data) VALUES ('old', {column}, '{data}')");
                Assert.Equal(cut, (await api.PropertyAsync("old")).GetProperty(field).GetString());
                Assert.Equal(cut, (await api.GetAsync("/properties")).GetProperty("properties")[0].GetProperty(field).GetString());
            }
        }
    }

    [Theory]
    [InlineData("""{"oneLine":"$"}""", "address.oneLine is 1001 ")]
    [InlineData("""{"line1":"$"}""", "address (its parts in one line) is 1001 ")]
    [InlineData("""["$"]""", "address is 1005 ")]
    public async Task An_address_that_makes_a_line_too_long_is_refused(string address, string expected)
    {
        using ApiHost api = await StartAsync();
        string message = await RefusedAsync(
            api, HttpStatusCode.BadRequest, $$"""{"address":{{address.Replace("$", new string('x', 1001), StringComparison.Ordinal)}}}""");

        Assert.StartsWith(expected, message, StringComparison.Ordinal);
    }

    /// <summary>Checks the listing "a" as a page gets it: loaded, alone, announced, caught up with.</summary>
    private static async Task CheckEverywhereAsync(ApiHost api, SocketIOTestClient client, string since, string type, Action<JsonElement> check)
    {
        check(await client.NextAsync($"{type}_property"));
        check(await api.PropertyAsync("a"));
        check((await api.GetAsync("/properties")).GetProperty("properties")[0]);
        JsonElement changes = (await client.AskAsync("catch_up", $$"""{"since":"{{since}}"}""")).GetProperty("changes");
        check(changes[changes.GetArrayLength() - 1].GetProperty("property"));
        JsonElement all = (await client.AskAsync("catch_up", "{}")).GetProperty("changes");
        check(all[0].GetProperty("property"));
    }

    private static void Check(JsonElement listing, string text, string? parts)
    {
        Assert.Equal(JsonValueKind.String, listing.GetProperty("address").ValueKind);
        Assert.Equal(text, listing.GetProperty("address").GetString());
        Assert.Equal(parts is not null, listing.TryGetProperty("address_parts", out JsonElement beside));
        if (parts is not null)
        {
            Assert.True(JsonElement.DeepEquals(JsonElement.Parse(parts), beside), beside.GetRawText());
        }
    }
}
