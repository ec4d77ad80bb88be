using System.Globalization;
using System.Text.Json;

namespace Flipr.Api.Tests;

public sealed class PostgresListingStoreTests(PostgresServer postgres) : ListingStoreTests
{
    protected override string DatabaseName => "PostgreSQL";

    [Fact]
    public async Task A_database_of_the_old_backend_opens_lists_and_updates()
    {
        string url = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(url, OldBackend.PostgresTable);
        foreach (string row in OldBackend.Rows)
        {
            await PostgresServer.ExecuteAsync(url, row);
        }

        using var api = new ApiHost(Settings(url));
        await OldBackend.CheckAsync(api);

        // The old backend still writes: with and without column names, over a listing of ours.
        await PostgresServer.ExecuteAsync(url, OldBackend.InsertWithoutNames);
        await PostgresServer.ExecuteAsync(url, """
            UPDATE properties SET price = 8.25, property_data = '{"id":"ours","price":8.25,"intensity":0.5,"timestamp":3,"deal_rating":"x","ai_evaluation_reasoning":""}'
            WHERE id = 'ours'
            """);
        Assert.Equal("8.25", (await api.PropertyAsync("ours")).GetProperty("price").GetRawText());
        Assert.Equal(["ours"], await api.IdsAsync("?price_min=8.25&price_max=8.25"));
        Assert.Contains("unnamed", await api.IdsAsync());
    }

    [Fact]
    public async Task Columns_that_an_older_table_lacks_are_added()
    {
        string url = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(url, "CREATE TABLE properties (id TEXT PRIMARY KEY, price REAL, mine TEXT)");
        await PostgresServer.ExecuteAsync(url, "INSERT INTO properties VALUES ('old', 5, 'kept')");

        using var api = new ApiHost(Settings(url));
        await api.StoreAsync("""{"id":"new","price":6}""");

        Assert.Equal(["new", "old"], await api.IdsAsync("?price_min=5"));
        Assert.Equal("kept", await PostgresServer.ExecuteAsync(url, "SELECT mine FROM properties WHERE id = 'old'"));
    }

    [Fact]
    public async Task Instances_may_start_at_once_and_each_announces_every_change_of_all_of_them()
    {
        string url = await postgres.CreateDatabaseAsync();
        ApiHost[] hosts = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => new ApiHost(Settings(url)))));
        try
        {
            var clients = new List<SocketIOTestClient>();
            foreach (ApiHost host in hosts)
            {
                clients.Add(await SocketIOTestClient.ConnectAsync(host.Url));
                await clients[^1].NextAsync("connection_status");
            }

            await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
                await hosts[i % 3].StoreAsync($$"""{"id":"{{i / 6}}","value":{{i}}}"""));

            var heard = new List<string[]>();
            foreach (SocketIOTestClient client in clients)
            {
                var events = new string[300];
                for (int i = 0; i < events.Length; i++)
                {
                    JsonElement received = await client.NextAsync(null);
                    events[i] = $"{received[0].GetString()} {received[1].GetProperty("id").GetString()} {received[1].GetProperty("value").GetInt32()}";
                }

                heard.Add(events);
                await client.DisposeAsync();
            }

            Assert.Equal(heard[0], heard[1]);
            Assert.Equal(heard[0], heard[2]);
            Assert.Equal(Enumerable.Range(0, 300), heard[0].Select(text => int.Parse(text.Split(' ')[2], CultureInfo.InvariantCulture)).Order());
            Assert.Equal(50, heard[0].Where(text => text.StartsWith("new_property", StringComparison.Ordinal)).Select(text => text.Split(' ')[1]).Distinct().Count());
            Assert.Equal(50, heard[0].Count(text => text.StartsWith("new_property", StringComparison.Ordinal)));
        }
        finally
        {
            Array.ForEach(hosts, host => host.Dispose());
        }
    }

    [Fact]
    public async Task A_database_made_anew_gets_its_schema_again()
    {
        string url = await postgres.CreateDatabaseAsync();
        using var api = new ApiHost(Settings(url));
        await api.StoreAsync("""{"id":"a"}""");
        await PostgresServer.ExecuteAsync(url, "DROP TABLE properties");

        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage response = await api.PostAsync("""{"id":"b"}""");
            return response.IsSuccessStatusCode;
        });
        Assert.Equal(["b"], await api.IdsAsync());
    }

    protected override async Task<(string Name, string Value)[]> SettingsAsync() => Settings(await postgres.CreateDatabaseAsync());

    private static (string Name, string Value)[] Settings(string url) => [("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true")];
}
