using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>Where updates without the key are taken, they leave alone what was stored with it.</summary>
public abstract partial class PostedListingTests
{
    [Fact]
    public async Task An_anonymous_update_does_not_change_what_was_stored_with_the_key()
    {
        using ApiHost api = await StartAsync(WithKeyAndAnonymous);
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        string start = (await client.NextAsync("connection_status")).GetProperty("cursor").GetString()!;
        await PostedAsync(api, """{"id":"ours","price":1,"n":1}""", KeyHeader);

        string message = await RefusedAsync(api, HttpStatusCode.Forbidden, """{"id":"ours","price":2,"n":2}""");
        Assert.Contains("ours", message, StringComparison.Ordinal);
        Assert.Contains("Send the key", message, StringComparison.Ordinal);
        await RefusedAsync(api, HttpStatusCode.Forbidden, """{"identifier":"ours","n":3}""");
        await PostedAsync(api, """{"id":"ours","price":4,"n":4}""", KeyHeader);

        Assert.Equal(4, (await api.PropertyAsync("ours")).GetProperty("price").GetInt32());
        Assert.Equal(1, (await client.NextAsync("new_property")).GetProperty("n").GetInt32());
        Assert.Equal(4, (await client.NextAsync("property_updated")).GetProperty("n").GetInt32());
        Assert.Equal(["new ours 1", "updated ours 4"], (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task What_nobody_with_the_key_stored_is_everybodys_until_somebody_does()
    {
        using (ApiHost development = await StartAsync())
        {
            await PostedAsync(development, """{"id":"development","n":1}""");
            await PostedAsync(development, """{"id":"development","n":2}""", KeyHeader);
        }

        await _database.ExecuteAsync("INSERT INTO properties (id, property_data) VALUES ('old', '{\"n\":1}')");
        using (ApiHost api = await StartAsync(WithKeyAndAnonymous))
        {
            await PostedAsync(api, """{"id":"anonymous","n":1}""");
            foreach (string id in (string[])["development", "old", "anonymous"])
            {
                await PostedAsync(api, $$"""{"id":"{{id}}","n":3}""");
                await PostedAsync(api, $$"""{"id":"{{id}}","n":4}""", KeyHeader);
                await RefusedAsync(api, HttpStatusCode.Forbidden, $$"""{"id":"{{id}}","n":5}""");
                Assert.Equal(4, (await api.PropertyAsync(id)).GetProperty("n").GetInt32());
            }

            // Deleted, by the backend or by hand, it is nobody's.
            await DeleteAsync(api, "anonymous", KeyHeader);
            await PostedAsync(api, """{"id":"anonymous","n":6}""");
            await _database.ExecuteAsync("DELETE FROM properties WHERE id = 'old'");
            await PostedAsync(api, """{"id":"old","n":6}""");
            await PostedAsync(api, """{"id":"old","n":7}""");
        }

        using ApiHost again = await StartAsync();
        await PostedAsync(again, """{"id":"development","n":8}""");
        Assert.Equal(8, (await again.PropertyAsync("development")).GetProperty("n").GetInt32());
    }

    [Fact]
    public async Task Whichever_comes_first_the_key_has_the_last_word()
    {
        using ApiHost one = await StartAsync(WithKeyAndAnonymous);
        using ApiHost other = await StartAsync(WithKeyAndAnonymous);
        await Parallel.ForAsync(0, 160, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            ApiHost api = i / 4 % 2 == 0 ? one : other;
            string id = (i / 4).ToString(CultureInfo.InvariantCulture);
            if (i % 4 == 2)
            {
                await PostedAsync(api, $$"""{"id":"{{id}}","by":"key"}""", KeyHeader);
            }
            else
            {
                ApiHost elsewhere = i % 2 == 0 ? one : other;
                using HttpResponseMessage answer = await elsewhere.PostAsync($$"""{"id":"{{id}}","by":"anybody"}""");
                Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Forbidden]);
            }
        });

        JsonElement listings = (await one.GetAsync("/properties")).GetProperty("properties");
        Assert.Equal(40, listings.GetArrayLength());
        Assert.All(listings.EnumerateArray(), listing => Assert.Equal("key", listing.GetProperty("by").GetString()));
    }

    [Fact]
    public async Task What_was_refused_is_not_remembered_as_stored()
    {
        using ApiHost api = await StartAsync(WithKeyAndAnonymous);
        await PostedAsync(api, """{"id":"ours","n":1}""", KeyHeader);
        const string Update = """{"id":"ours","n":2}""";
        await RefusedAsync(api, HttpStatusCode.Forbidden, Update, ("Idempotency-Key", "k"));
        await RefusedAsync(api, HttpStatusCode.Forbidden, Update, ("Idempotency-Key", "k"));
        await DeleteAsync(api, "ours", KeyHeader);

        Assert.Equal("ours", await PostedAsync(api, Update, ("Idempotency-Key", "k")));
        Assert.Equal(2, (await api.PropertyAsync("ours")).GetProperty("n").GetInt32());
    }

    [Theory]
    [InlineData(240, true)]
    [InlineData(420, false)]
    public async Task An_anonymous_timestamp_is_not_ahead_of_the_servers_clock(int ahead, bool isTaken)
    {
        long timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + ahead;
        string listing = $$"""{"id":"a","timestamp":{{timestamp}}}""";
        using (ApiHost api = await StartAsync(WithKeyAndAnonymous))
        {
            if (isTaken)
            {
                await PostedAsync(api, listing);
            }
            else
            {
                string message = await RefusedAsync(api, HttpStatusCode.BadRequest, listing);
                Assert.StartsWith($"timestamp {timestamp} lies in the future", message, StringComparison.Ordinal);
                Assert.Contains(". Send ", message, StringComparison.Ordinal);
                await RefusedAsync(api, HttpStatusCode.BadRequest, """{"timestamp":"2037-01-01"}""");
                Assert.Equal(0, await TotalAsync(api));
            }

            await PostedAsync(api, listing, KeyHeader);
            Assert.Equal(timestamp, (await api.PropertyAsync("a")).GetProperty("timestamp").GetInt64());
        }

        using ApiHost development = await StartAsync();
        await PostedAsync(development, """{"timestamp":"2037-01-01"}""");
    }

    [Fact]
    public async Task A_database_of_the_form_before_is_taken_over_with_its_log_and_cursors()
    {
        string id, since;
        using (ApiHost before = await StartAsync())
        {
            since = (await before.GetAsync("/properties")).GetProperty("cursor").GetString()!;
            await PostedAsync(before, """{"id":"a","n":1}""");
            await PostedAsync(before, """{"id":"a","n":2}""");
            id = (string)(await _database.ExecuteAsync("SELECT database_id FROM flipr_log"))!;
        }

        await _database.ExecuteAsync("DROP TABLE IF EXISTS flipr_requests");
        await _database.ExecuteAsync(_database.IsPostgres ? "ALTER TABLE properties DROP COLUMN IF EXISTS stored_with_key" : "DROP TABLE IF EXISTS flipr_keyed");

        using ApiHost api = await StartAsync();
        Assert.Equal(id, await _database.ExecuteAsync("SELECT database_id FROM flipr_log"));
        await PostedAsync(api, """{"id":"a","n":3}""");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        Assert.Equal(["new a 1", "updated a 2", "updated a 3"], (await client.CatchUpAsync(since)).Changes);
    }
}
