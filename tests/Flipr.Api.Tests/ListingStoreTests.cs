using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>What holds on every database, through HTTP; one class for each database runs all of it.</summary>
public abstract class ListingStoreTests
{
    [Fact]
    public async Task Health_names_the_database()
    {
        using ApiHost api = await StartAsync();
        JsonElement health = await api.GetAsync("/healthz");

        Assert.Equal(
            ("ok", "Flipr Backend", "enabled", DatabaseName),
            (Text(health, "status"), Text(health, "server"), Text(health, "socketio"), Text(health, "database")));
        Assert.Matches(@"^\d+\.\d+\.\d+$", Text(health, "version"));
    }

    [Fact]
    public async Task An_update_replaces_the_whole_property()
    {
        using ApiHost api = await StartAsync();
        await api.StoreAsync("""{"id":"a","price":1,"bedrooms":2,"latitude":1,"longitude":1,"address":"x","gone":true,"timestamp":1}""");
        await api.StoreAsync("""{"id":"a","price":3,"timestamp":2}""");

        Assert.Equal(
            """{"id":"a","price":3,"timestamp":2,"intensity":0.0,"address":"","deal_rating":"Unknown","ai_evaluation_reasoning":"","cursor":"*"}""",
            JsonText.Of(await api.PropertyAsync("a")));
        Assert.Equal(["a"], await api.IdsAsync());
        Assert.Empty(await api.IdsAsync("?bbox=-180,-90,180,90"));
        Assert.Empty(await api.IdsAsync("?bedrooms_min=1"));
    }

    [Theory]
    [InlineData("1.10")]
    [InlineData("12345678901234567890")]
    [InlineData("1e5")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("5e-324")]
    [InlineData("1e308")]
    [InlineData("\"\\u00e9 \\u2028 \\/ \U0001F3E0\"")]
    [InlineData("{\"zz\":1,\"a\":[null,{}]}")]
    public async Task Values_come_back_as_they_were_spelled(string value)
    {
        using ApiHost api = await StartAsync();
        await api.StoreAsync($$"""{"id":"a","unknown":{{value}}}""");

        Assert.Equal(value, (await api.PropertyAsync("a")).GetProperty("unknown").GetRawText());
        Assert.Equal(value, (await api.GetAsync("/properties")).GetProperty("properties")[0].GetProperty("unknown").GetRawText());
    }

    [Fact]
    public async Task Numbers_that_no_column_of_the_old_table_holds_are_stored()
    {
        using ApiHost api = await StartAsync();
        foreach (string price in (string[])["1e39", "-1e300", "1e-50", "16777217", "0.1"])
        {
            await api.StoreAsync($$"""{"id":"{{price}}","price":{{price}}}""");
            Assert.Contains(price, await api.IdsAsync($"?price_min={price}&price_max={price}"));
        }
    }

    [Fact]
    public async Task Pages_are_newest_first_with_the_id_as_tie_break()
    {
        using ApiHost api = await StartAsync();
        foreach ((string id, int timestamp) in ((string, int)[])[("b", 5), ("a", 5), ("Z", 5), ("é", 5), ("old", 1), ("new", 9)])
        {
            await api.StoreAsync($$"""{"id":"{{id}}","timestamp":{{timestamp}}}""");
        }

        Assert.Equal(["new", "Z", "a", "b", "é", "old"], await api.IdsAsync());
        Assert.Equal(["a", "b"], await api.IdsAsync("?page=2&per_page=2"));
        Assert.Equal(["old"], await api.IdsAsync("?page=2&per_page=5"));
        Assert.Equal(
            """{"page":2,"per_page":4,"total_count":6,"total_pages":2,"has_next":false,"has_prev":true}""",
            (await api.GetAsync("/properties?page=2&per_page=4")).GetProperty("pagination").GetRawText());
        Assert.Equal(
            """{"properties":[],"pagination":{"page":2147483647,"per_page":100,"total_count":6,"total_pages":1,"has_next":false,"has_prev":true},"cursor":"*"}""",
            JsonText.Of(await api.GetAsync("/properties?page=2147483647&per_page=101")));
    }

    [Fact]
    public async Task An_empty_database_has_an_empty_page()
    {
        using ApiHost api = await StartAsync();

        Assert.Equal(
            """{"properties":[],"pagination":{"page":1,"per_page":100,"total_count":0,"total_pages":0,"has_next":false,"has_prev":false},"cursor":"*"}""",
            JsonText.Of(await api.GetAsync("/properties")));
    }

    [Fact]
    public async Task Filters_take_their_bounds_in_and_leave_out_what_has_no_value()
    {
        using ApiHost api = await StartAsync();
        await api.StoreAsync("""{"id":"cheap","price":299999.99,"bedrooms":1,"intensity":0.1,"timestamp":3}""");
        await api.StoreAsync("""{"id":"middle","price":300000.1,"bedrooms":2,"intensity":0.7,"timestamp":2}""");
        await api.StoreAsync("""{"id":"dear","price":"900000","bedrooms":"5","intensity":0.9,"timestamp":1}""");
        await api.StoreAsync("""{"id":"unknown","timestamp":0}""");

        Assert.Equal(["middle", "dear"], await api.IdsAsync("?price_min=300000.1"));
        Assert.Equal(["dear"], await api.IdsAsync("?price_min=300000.10000000003"));
        Assert.Equal(["cheap"], await api.IdsAsync("?price_max=299999.99"));
        Assert.Equal(["middle"], await api.IdsAsync("?price_min=3e5&price_max=400000"));
        Assert.Equal(["middle", "dear"], await api.IdsAsync("?bedrooms_min=2"));
        Assert.Equal(["dear"], await api.IdsAsync("?bedrooms_min=2.5"));
        Assert.Equal(["middle", "dear"], await api.IdsAsync("?intensity_min=0.7"));
        Assert.Equal(["dear"], await api.IdsAsync("?intensity_min=0.7&bedrooms_min=3&price_min=1"));
        Assert.Equal(2, (await api.GetAsync("/properties?intensity_min=0.7&per_page=1")).GetProperty("pagination").GetProperty("total_count").GetInt32());
    }

    [Fact]
    public async Task A_box_takes_its_edges_in_to_the_last_bit()
    {
        using ApiHost api = await StartAsync();
        const double Latitude = 47.6062095, Longitude = -122.3320708;
        await api.StoreAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"a","latitude":{{Latitude:R}},"longitude":{{Longitude:R}}}"""));
        await api.StoreAsync("""{"id":"nowhere"}""");
        await api.StoreAsync("""{"id":"half","latitude":47.6}""");

        Assert.Equal(["a"], await api.IdsAsync(Box(Longitude, Latitude, Longitude, Latitude)));
        Assert.Equal(["a"], await api.IdsAsync("?bbox=-180,-90,180,90"));
        Assert.Empty(await api.IdsAsync(Box(Math.BitIncrement(Longitude), Latitude, 0, Latitude)));
        Assert.Empty(await api.IdsAsync(Box(-180, Latitude, Math.BitDecrement(Longitude), Latitude)));
        Assert.Empty(await api.IdsAsync(Box(-180, Math.BitIncrement(Latitude), 0, 90)));
        Assert.Empty(await api.IdsAsync(Box(-180, -90, 0, Math.BitDecrement(Latitude))));
    }

    [Fact]
    public async Task A_box_may_cross_the_antimeridian()
    {
        using ApiHost api = await StartAsync();
        foreach (int longitude in (int[])[-180, -170, -160, 0, 160, 170, 180])
        {
            await api.StoreAsync($$"""{"id":"{{longitude}}","latitude":0,"longitude":{{longitude}},"timestamp":{{longitude + 180}}}""");
        }

        Assert.Equal(["180", "170", "-170", "-180"], await api.IdsAsync("?bbox=170,-10,-170,10"));
        Assert.Empty(await api.IdsAsync("?bbox=170,1,-170,10"));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=-1", "page")]
    [InlineData("page=1.5", "page")]
    [InlineData("page=x", "page")]
    [InlineData("page=", "page")]
    [InlineData("page=99999999999", "page")]
    [InlineData("page=1&page=2", "page")]
    [InlineData("per_page=0", "per_page")]
    [InlineData("per_page=ten", "per_page")]
    [InlineData("per_page=-1", "per_page")]
    [InlineData("price_min=cheap", "price_min")]
    [InlineData("price_max=NaN", "price_max")]
    [InlineData("price_max=1e999", "price_max")]
    [InlineData("bedrooms_min=", "bedrooms_min")]
    [InlineData("bedrooms_min=two", "bedrooms_min")]
    [InlineData("intensity_min=0,5", "intensity_min")]
    [InlineData("bbox=1,2,3", "bbox")]
    [InlineData("bbox=1,2,3,4,5", "bbox")]
    [InlineData("bbox=a,b,c,d", "bbox")]
    [InlineData("bbox=NaN,0,1,5", "bbox")]
    [InlineData("bbox=0,0,1,5&bbox=0,0,1,5", "bbox")]
    [InlineData("bbox=", "bbox")]
    [InlineData("bbox=0,10,1,5", "bbox")]
    [InlineData("bbox=-181,0,1,5", "bbox")]
    [InlineData("bbox=0,0,1,90.1", "bbox")]
    public async Task A_parameter_that_cannot_be_read_is_named(string query, string parameter)
    {
        using ApiHost api = await StartAsync();
        using HttpResponseMessage response = await api.Http.GetAsync($"/properties?{query}", TestContext.Current.CancellationToken);

        Assert.StartsWith(parameter, await ApiHost.ErrorAsync(response, HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_counts_at_exact_bounds()
    {
        using ApiHost api = await StartAsync();
        foreach (string intensity in (string[])["1", "0.8000000000000002", "0.8", "0.7", "0.6000000000000001", "0.6", "0.5", "0.4000000000000001", "0.4", "0", "null"])
        {
            await api.StoreAsync($$"""{"intensity":{{intensity}}}""");
        }

        JsonElement status = await api.GetAsync("/status");
        Assert.Equal(
            (11, 2, 3, 3, 3),
            (Number(status, "total_properties"), Number(status, "hot_deals"), Number(status, "good_deals"), Number(status, "average_deals"), Number(status, "weak_deals")));
        Assert.InRange(Number(status, "server_time"), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(0, Number(status, "connected_clients"));
    }

    [Fact]
    public async Task Deleting_takes_one_property_away()
    {
        using ApiHost api = await StartAsync();
        await api.StoreAsync("""{"id":"a/b c%2F"}""");
        await api.StoreAsync("""{"id":"b"}""");

        using HttpResponseMessage deleted = await api.Http.DeleteAsync($"/properties/{Uri.EscapeDataString("a/b c%2F")}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.Equal(["b"], await api.IdsAsync());
        using HttpResponseMessage again = await api.Http.DeleteAsync($"/properties/{Uri.EscapeDataString("a/b c%2F")}", TestContext.Current.CancellationToken);
        await ApiHost.ErrorAsync(again, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/properties/unknown")]
    [InlineData("/properties/%FF")]
    public async Task An_unknown_id_is_not_found(string path)
    {
        using ApiHost api = await StartAsync();
        using HttpResponseMessage response = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);

        await ApiHost.ErrorAsync(response, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task New_is_told_from_updated_however_many_post_at_once()
    {
        using ApiHost api = await StartAsync();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await api.StoreAsync($$"""{"id":"{{i % 40}}","n":{{i}}}"""));

        var last = new Dictionary<string, string>();
        for (int i = 0; i < 400; i++)
        {
            JsonElement all = await client.NextAsync(null);
            JsonElement listing = all[1];
            // The first event of an id says new, every later one updated, and the last of them is what is stored.
            Assert.Equal(last.ContainsKey(Text(listing, "id")) ? "property_updated" : "new_property", all[0].GetString());
            last[Text(listing, "id")] = listing.GetRawText();
        }

        Assert.Equal(40, last.Count);
        foreach ((string id, string json) in last)
        {
            Assert.Equal(json, (await api.PropertyAsync(id)).GetRawText());
        }
    }

    [Fact]
    public async Task What_was_stored_is_there_after_a_restart()
    {
        using var folder = new TestFolder();
        (string, string)[] settings = await SettingsAsync();
        using (var first = new ApiHost(folder.Path, settings))
        {
            await first.StoreAsync("""{"id":"a","price":1}""");
        }

        using var second = new ApiHost(folder.Path, settings);
        Assert.Equal(["a"], await second.IdsAsync());
    }

    /// <summary>The database's name on <c>/healthz</c>.</summary>
    protected abstract string DatabaseName { get; }

    /// <summary>The settings for a new, empty database.</summary>
    protected abstract Task<(string Name, string Value)[]> SettingsAsync();

    private async Task<ApiHost> StartAsync() => new(await SettingsAsync());

    private static string Box(double west, double south, double east, double north) =>
        string.Create(CultureInfo.InvariantCulture, $"?bbox={west:R},{south:R},{east:R},{north:R}");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
