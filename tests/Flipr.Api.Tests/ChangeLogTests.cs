using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Text.Json;
using Flipr.Api.Changes;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

/// <summary>The change log as clients meet it, on every database.</summary>
public abstract partial class ChangeLogTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private ApiHost _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await CreateAsync();
        _api = _database.Start(("MAX_EVENTS_PER_SECOND", "0")); // Some ask as fast as they can.
    }

    [Fact]
    public async Task Every_listing_and_event_has_the_cursor_of_its_last_change_whatever_was_posted()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await _api.StoreAsync("""{"id":"a","cursor":"mine","n":1}""");
        string first = Cursor(await client.NextAsync("new_property"));
        await _api.StoreAsync("""{"id":"a","n":2}""");
        string second = Cursor(await client.NextAsync("property_updated"));

        Assert.NotEqual(first, second);
        Assert.NotEqual("mine", first);
        Assert.Equal(second, Cursor(await _api.PropertyAsync("a")));
        Assert.Equal(second, Cursor((await _api.GetAsync("/properties")).GetProperty("properties")[0]));
    }

    [Fact]
    public async Task What_happens_after_a_page_was_read_lies_behind_its_cursor()
    {
        await _api.StoreAsync("""{"id":"before","n":1}""");
        string page = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"after","n":2}""");
        await _api.StoreAsync("""{"id":"before","n":3}""");
        await DeleteAsync("after");

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        (string[] changes, string next) = await client.CatchUpAsync(page);

        Assert.Equal(["new after 2", "updated before 3", "deleted after"], changes);
        (string[] nothing, string same) = await client.CatchUpAsync(next);
        Assert.Empty(nothing);
        Assert.Equal(next, same);
        Assert.Equal(next, Cursor(await _api.GetAsync("/properties")));
    }

    [Fact]
    public async Task What_happens_after_the_cursor_of_the_connection_is_announced()
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        string connected = Cursor(await client.NextAsync("connection_status"));
        for (int i = 0; i < 5; i++)
        {
            await _api.StoreAsync($$"""{"id":"{{i}}","n":{{i}}}""");
        }

        var heard = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            JsonElement listing = await client.NextAsync("new_property");
            heard.Add($"new {listing.GetProperty("id").GetString()} {listing.GetProperty("n").GetRawText()}");
        }

        Assert.Equal(heard, (await client.CatchUpAsync(connected)).Changes);
    }

    [Fact]
    public async Task What_happens_while_nobody_is_connected_is_in_the_log_and_what_lies_behind_the_cursor_of_a_later_connection_is_announced()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1}""");
        await _api.StoreAsync("""{"id":"b","n":2}""");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        string connected = Cursor(await client.NextAsync("connection_status"));
        await _api.StoreAsync("""{"id":"c","n":3}""");
        string[] heard = await HearUpToAsync(client, "c");

        Assert.Equal(["new a 1", "new b 2", "new c 3"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal((await client.CatchUpAsync(connected)).Changes, heard);
    }

    [Fact]
    public async Task The_first_event_of_a_connection_is_its_status_and_then_comes_exactly_what_lies_behind_its_cursor()
    {
        const int Bursts = 20;
        var clients = new ConcurrentBag<(SocketIOTestClient Client, string Cursor)>();
        try
        {
            Task changing = ChangeAsync();
            await Parallel.ForAsync(0, 4, TestContext.Current.CancellationToken, async (_, _) =>
            {
                do
                {
                    SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
                    clients.Add((client, Cursor(await client.NextAsync("connection_status"))));
                }
                while (!changing.IsCompleted && clients.Count < 100);
            });
            await changing;
            await _api.StoreAsync("""{"id":"end"}""");

            foreach ((SocketIOTestClient client, string cursor) in clients)
            {
                string[] heard = await HearUpToAsync(client, "end");
                Assert.Equal((await client.CatchUpAsync(cursor)).Changes, heard);
            }
        }
        finally
        {
            foreach ((SocketIOTestClient client, _) in clients)
            {
                await client.DisposeAsync();
            }
        }

        // Many at once, so that the feed is announcing most of the time.
        async Task ChangeAsync()
        {
            for (int i = 0; i < Bursts; i++)
            {
                await _database.ExecuteAsync(Rows($"burst-{i}-", 100));
                await _api.StoreAsync($$"""{"id":"posted-{{i}}","n":{{i}}}""");
            }
        }
    }

    [Fact]
    public async Task What_an_update_replaced_is_forgotten_and_what_comes_later_is_not()
    {
        await _api.StoreAsync("""{"id":"a","n":1}""");
        await _api.StoreAsync("""{"id":"a","n":2}""");
        string kept = Cursor(await _api.GetAsync("/properties"));
        var log = _api.Services.GetRequiredService<IChangeLog>();

        await log.PruneAsync(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        Assert.Equal(0L, await _database.ExecuteAsync("SELECT count(*) FROM flipr_changes WHERE property_data IS NOT NULL"));
        await _api.StoreAsync("""{"id":"a","n":3}""");
        await _api.StoreAsync("""{"id":"a","n":4}""");
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["updated a 3", "updated a 4"], (await client.CatchUpAsync(kept)).Changes);
        Assert.Equal(["new a 4"], (await client.CatchUpAsync(null)).Changes);
    }

    [Fact]
    public async Task The_log_is_pruned_in_pieces_each_behind_its_horizon()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _database.ExecuteAsync(Rows("row-", 6_000));
        await _database.ExecuteAsync("UPDATE properties SET price = 1");
        await _database.ExecuteAsync(RefuseToForget(5_500));
        var log = _api.Services.GetRequiredService<IChangeLog>();
        DateTimeOffset soon = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1);

        await Assert.ThrowsAnyAsync<DbException>(() => log.PruneAsync(soon, TestContext.Current.CancellationToken));

        // What was forgotten before stays forgotten, and nobody is given the gap as if it were everything.
        Assert.Equal(7_000L, await _database.ExecuteAsync("SELECT count(*) FROM flipr_changes"));
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""")).GetRawText());
        Assert.Equal(7_000, (await client.CatchUpAsync($"{start.Split('-')[0]}-5000")).Changes.Length);

        await _database.ExecuteAsync(_database.IsPostgres ? "DROP TRIGGER refuse ON flipr_changes" : "DROP TRIGGER refuse");
        Assert.Equal(1_000, await log.PruneAsync(soon, TestContext.Current.CancellationToken));
        Assert.Equal(0, await log.PruneAsync(soon, TestContext.Current.CancellationToken));
        Assert.Equal(6_000, (await client.CatchUpAsync(null)).Changes.Length);

        string RefuseToForget(int position) => _database.IsPostgres
            ? $"""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
                CREATE TRIGGER refuse BEFORE DELETE ON flipr_changes FOR EACH ROW WHEN (OLD.position = {position}) EXECUTE FUNCTION refuse()
                """
            : $"CREATE TRIGGER refuse BEFORE DELETE ON flipr_changes WHEN OLD.position = {position} BEGIN SELECT RAISE(ABORT, 'no'); END";
    }

    /// <summary>A new, empty database.</summary>
    private protected abstract Task<TestDatabase> CreateAsync();

    /// <summary>Ends what <see cref="CreateAsync"/> started.</summary>
    private protected virtual Task CleanUpAsync() => Task.CompletedTask;

    private protected ApiHost Api => _api;

    private protected TestDatabase Database => _database;

    private protected async Task<SocketIOTestClient> ConnectAsync()
    {
        SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        await client.NextAsync("connection_status");
        return client;
    }

    private protected async Task DeleteAsync(string id)
    {
        using HttpResponseMessage response = await _api.Http.DeleteAsync($"/properties/{id}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>What a client hears, as <see cref="CatchUpClient"/> describes it, up to the listing that is last.</summary>
    private static async Task<string[]> HearUpToAsync(SocketIOTestClient client, string last)
    {
        var heard = new List<string>();
        while (true)
        {
            JsonElement listing = await client.NextAsync("new_property");
            string id = listing.GetProperty("id").GetString()!;
            heard.Add(listing.TryGetProperty("n", out JsonElement n) ? $"new {id} {n.GetRawText()}" : $"new {id}");
            if (id == last)
            {
                return [.. heard];
            }
        }
    }

    /// <summary>One statement that inserts listings.</summary>
    private protected static string Rows(string prefix, int count) => $"""
        INSERT INTO properties (id) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT '{prefix}' || i FROM n
        """;

    private protected static string Cursor(JsonElement element) => element.GetProperty("cursor").GetString()!;

    private static int N(JsonElement listing) => listing.GetProperty("n").GetInt32();
}
