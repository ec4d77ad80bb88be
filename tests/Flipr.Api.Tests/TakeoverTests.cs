using System.Collections.Concurrent;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>Flipr takes over a database that the old backend filled, and that it may still write to; on every database.</summary>
public abstract class TakeoverTests
{
    private const int Writers = 4;

    [Fact]
    public async Task Ten_thousand_rows_of_the_old_backend_are_listed_caught_up_with_and_updated()
    {
        using TestDatabase database = await CreateAsync();
        await database.ExecuteAsync(database.IsPostgres ? OldBackend.PostgresTable : OldBackend.SqliteTable);
        await database.ExecuteAsync(OldBackendRows.Insert(database.IsPostgres));
        using ApiHost api = database.Start();
        await Eventually.ThatAsync(() => IsHealthyAsync(api));

        string[] all = [.. Enumerable.Range(0, OldBackendRows.Count).Select(OldBackendRows.Id)];
        var listed = new List<string>();
        for (int page = 1; page <= OldBackendRows.Count / 100; page++)
        {
            listed.AddRange(await api.IdsAsync($"?page={page}"));
        }

        Assert.Equal(all, listed.Order(StringComparer.Ordinal));
        Assert.Empty(await api.IdsAsync($"?page={(OldBackendRows.Count / 100) + 1}"));

        // What is no number counts as none, on both databases.
        JsonElement status = await api.GetAsync("/status");
        Assert.Equal(
            (10_000, 2_000, 0, 2_000, 6_000),
            (status.GetProperty("total_properties").GetInt32(), status.GetProperty("hot_deals").GetInt32(), status.GetProperty("good_deals").GetInt32(),
                status.GetProperty("average_deals").GetInt32(), status.GetProperty("weak_deals").GetInt32()));
        Assert.Equal(2_000, await CountAsync(api, "?bbox=-123,47,-122,47.605"));
        Assert.Equal(2_000, await CountAsync(api, "?bbox=1,1,1,1"));
        Assert.Equal(2_000, await CountAsync(api, "?price_min=1e29"));
        Assert.Equal(3_000, await CountAsync(api, "?intensity_min=0.6"));

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");
        (string[] changes, string next) = await client.CatchUpAsync(null);
        Assert.Equal(all, changes.Select(change => change.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.All(changes, change => Assert.StartsWith("new ", change, StringComparison.Ordinal));

        foreach (int i in Enumerable.Range(5_000, 10))
        {
            await api.StoreAsync($$"""{"id":"{{OldBackendRows.Id(i)}}","n":{{i}},"price":7}""");
            Assert.Equal(7, (await client.NextAsync("property_updated")).GetProperty("price").GetInt32());
        }

        await database.ExecuteAsync($"UPDATE properties SET price = 8, property_data = '{{\"n\":1}}' WHERE id = '{OldBackendRows.Id(1)}'");
        Assert.Equal(8, (await client.NextAsync("property_updated")).GetProperty("price").GetInt32());
        (string[] later, _) = await client.CatchUpAsync(next);
        Assert.Equal([.. Enumerable.Range(5_000, 10).Select(i => $"updated {OldBackendRows.Id(i)} {i}"), $"updated {OldBackendRows.Id(1)} 1"], later);
        Assert.Equal(10_000, (await api.GetAsync("/status")).GetProperty("total_properties").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_lost_that_the_old_backend_writes_while_Flipr_starts_for_the_first_time()
    {
        using TestDatabase database = await CreateAsync();
        await database.ExecuteAsync(database.IsPostgres ? OldBackend.PostgresTable : OldBackend.SqliteTable);
        await database.ExecuteAsync(OldBackendRows.Insert(database.IsPostgres));
        var last = new ConcurrentDictionary<string, int>();
        using var begun = new SemaphoreSlim(0);
        using var taken = new CancellationTokenSource();
        Task[] writing = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(database, writer, last, begun, taken.Token)))];
        for (int i = 0; i < Writers; i++)
        {
            await begun.WaitAsync(TestContext.Current.CancellationToken);
        }

        using ApiHost api = await Task.Run(() => database.Start());
        await Eventually.ThatAsync(() => IsHealthyAsync(api));
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        (string[] beginning, string next) = await client.CatchUpAsync(null, limit: 500);
        await taken.CancelAsync();
        await Task.WhenAll(writing);
        (string[] rest, _) = await client.CatchUpAsync(next);

        // A client that applies what it is told ends up with what the old backend wrote last.
        var known = new Dictionary<string, string>();
        foreach (string[] change in beginning.Concat(rest).Select(change => change.Split(' ')).Where(change => change[1].StartsWith('w')))
        {
            if (change[0] == "deleted")
            {
                known.Remove(change[1]);
            }
            else
            {
                known[change[1]] = change[2];
            }
        }

        Assert.Equal(last.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"), known.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}"));
        (string[] again, _) = await client.CatchUpAsync(null);
        Assert.Equal(OldBackendRows.Count + last.Count, again.Length);
        Assert.Superset(last.Select(pair => $"new {pair.Key} {pair.Value}").ToHashSet(), again.ToHashSet());
    }

    private protected abstract Task<TestDatabase> CreateAsync();

    private protected static async Task<bool> IsHealthyAsync(ApiHost api)
    {
        using HttpResponseMessage health = await api.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
        return health.IsSuccessStatusCode;
    }

    private static async Task<int> CountAsync(ApiHost api, string query) =>
        (await api.GetAsync($"/properties{query}")).GetProperty("pagination").GetProperty("total_count").GetInt32();

    /// <summary>Inserts, updates (having looked first, as the old backend does) and deletes, until Flipr has taken over and some more.</summary>
    private static async Task WriteAsync(TestDatabase database, int writer, ConcurrentDictionary<string, int> last, SemaphoreSlim begun, CancellationToken taken)
    {
        int more = 30;
        for (int n = 0; !taken.IsCancellationRequested || more-- > 0; n++)
        {
            string id = $"w{writer}-{n / 3}";
            if (n % 3 == 0)
            {
                await database.ExecuteAsync($"INSERT INTO properties (id, price, property_data) VALUES ('{id}', {n}, '{{\"n\":{n}}}')");
                last[id] = n;
            }
            else if (n % 6 == 5)
            {
                await database.ExecuteAsync($"DELETE FROM properties WHERE id = '{id}'");
                last.TryRemove(id, out _);
            }
            else
            {
                string begin = database.IsPostgres ? "BEGIN" : "BEGIN IMMEDIATE";
                await database.ExecuteAsync($"{begin}; SELECT id FROM properties WHERE id = '{id}'; UPDATE properties SET property_data = '{{\"n\":{n}}}' WHERE id = '{id}'; COMMIT");
                last[id] = n;
            }

            if (n == 2)
            {
                begun.Release();
            }
        }
    }
}
