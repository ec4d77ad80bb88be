using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>The table as the old backend left it, with what it had written.</summary>
internal static class OldBackend
{
    public const string SqliteTable = """
        CREATE TABLE properties (id TEXT PRIMARY KEY, address TEXT, lat REAL, lng REAL, price REAL, bedrooms INTEGER, bathrooms REAL, intensity REAL,
            deal_rating TEXT, ai_evaluation_reasoning TEXT, property_data TEXT, timestamp INTEGER)
        """;

    public const string PostgresTable = """
        CREATE TABLE properties (id TEXT PRIMARY KEY, address TEXT, lat REAL, lng REAL, price REAL, bedrooms INTEGER, bathrooms REAL, intensity REAL,
            deal_rating TEXT, ai_evaluation_reasoning TEXT, property_data JSONB, timestamp INTEGER)
        """;

    public const string InsertWithoutNames =
        "INSERT INTO properties VALUES ('unnamed', 'x', 1, 2, 3, 4, 5, 0.5, 'Fair', '', '{\"a\":1}', 1)";

    public static readonly string[] Rows =
    [
        """
        INSERT INTO properties VALUES ('full', '1 Pine St', 47.6062, -122.3321, 450000.5, 3, 2.5, 0.85, 'Hot', 'cheap',
            '{"identifier":{"attomId":1},"latitude":47.60621,"longitude":-122.33207,"price":"450000.5","extra":[1,2]}', 1700000003)
        """,
        "INSERT INTO properties (id, address, lat, lng, price, bedrooms, intensity, timestamp) VALUES ('bare', '2 Pine St', 47.6, -122.3, 1234.1, 2, 0.7, 1700000002)",
        "INSERT INTO properties (id) VALUES ('nothing')",
        "INSERT INTO properties (id, property_data, timestamp) VALUES ('list', '[1]', 1700000001)",
        "INSERT INTO properties (id, property_data, timestamp) VALUES ('other', '{\"id\":77,\"price\":1e-320,\"timestamp\":null}', 1700000000)",
    ];

    /// <summary>Checks that the rows are listed with what their columns know, and that they can be updated.</summary>
    public static async Task CheckAsync(ApiHost api)
    {
        Assert.Equal(["full", "bare", "list", "other", "nothing"], (await api.IdsAsync()).Except(["text"]));

        JsonElement full = await api.PropertyAsync("full");
        Assert.Equal("[1,2]", full.GetProperty("extra").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("47.60621", full.GetProperty("latitude").GetRawText());
        Assert.Equal(
            ("1 Pine St", "Hot", "cheap", 1700000003, 3, 2.5),
            (full.GetProperty("address").GetString(), full.GetProperty("deal_rating").GetString(), full.GetProperty("ai_evaluation_reasoning").GetString(),
                full.GetProperty("timestamp").GetInt32(), full.GetProperty("bedrooms").GetInt32(), full.GetProperty("bathrooms").GetDouble()));

        JsonElement bare = await api.PropertyAsync("bare");
        Assert.Equal(
            (47.6, -122.3, 1234.1, "Unknown"),
            (bare.GetProperty("lat").GetDouble(), bare.GetProperty("lng").GetDouble(), bare.GetProperty("price").GetDouble(), bare.GetProperty("deal_rating").GetString()));
        Assert.Equal(["bare"], await api.IdsAsync("?price_min=1234.1&price_max=1234.1"));
        Assert.Equal(["bare"], await api.IdsAsync("?bbox=-122.3,47.6,-122.3,47.6"));

        Assert.Equal("other", (await api.PropertyAsync("other")).GetProperty("id").GetString());
        Assert.Equal(0, (await api.PropertyAsync("nothing")).GetProperty("intensity").GetDouble());
        Assert.Equal(1, (await api.GetAsync("/status")).GetProperty("hot_deals").GetInt32());

        await api.StoreAsync("""{"id":"bare","price":5,"timestamp":1800000000}""");
        await api.StoreAsync("""{"id":"ours","timestamp":1}""");
        Assert.Equal("bare", (await api.IdsAsync())[0]);
    }
}
