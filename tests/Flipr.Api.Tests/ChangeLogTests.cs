using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Flipr.Api.Changes;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

/// <summary>The change log as clients meet it, on every database.</summary>
public abstract class ChangeLogTests : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private ApiHost _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await CreateAsync();
        _api = _database.Start();
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
    public async Task What_is_heard_between_unwatch_and_watch_lies_between_their_cursors()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        Task changing = Task.Run(async () =>
        {
            for (int i = 0; i < 20; i++)
            {
                await _database.ExecuteAsync(Rows($"burst-{i}-", 100));
            }
        }, TestContext.Current.CancellationToken);
        await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");
        client.Heard();
        do
        {
            long from = Position(await client.AskAsync("unwatch", "null"));
            long to = Position(await client.AskAsync("watch", """{"bbox":[10,20,11,21]}"""));
            Assert.Equal(Enumerable.Range(1, (int)(to - from)).Select(i => from + i), client.Heard().Select(heard => Position(heard[1])));
        }
        while (!changing.IsCompleted);
        await changing;

        static long Position(JsonElement element) => long.Parse(Cursor(element).Split('-')[1], CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Each_state_of_a_listing_is_kept_for_those_who_have_not_seen_it()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1,"price":1.10,"unknown":[1e5]}""");
        string first = (await _api.PropertyAsync("a")).GetRawText();
        await _api.StoreAsync("""{"id":"a","n":2}""");
        await DeleteAsync("a");
        await _api.StoreAsync("""{"id":"a","n":3}""");

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        Assert.Equal(["new a 1", "updated a 2", "deleted a", "new a 3"], (await client.CatchUpAsync(start)).Changes);
        JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":"{{start}}","limit":1}""");
        Assert.Equal(first, answer.GetProperty("changes")[0].GetProperty("property").GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task From_the_beginning_comes_every_listing_once_and_then_what_happened_meanwhile(int limit)
    {
        for (int i = 0; i < 20; i++)
        {
            await _api.StoreAsync($$"""{"id":"{{i:00}}","n":{{i}}}""");
        }

        await _api.StoreAsync("""{"id":"03","n":103}""");
        await DeleteAsync("04");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);

        JsonElement answer = await client.AskAsync("catch_up", """{"limit":2}""");
        Assert.Equal(["00", "01"], answer.GetProperty("changes").EnumerateArray().Select(change => change.GetProperty("property").GetProperty("id").GetString()));
        Assert.True(answer.GetProperty("more").GetBoolean());
        await _api.StoreAsync("""{"id":"10","n":110}""");
        await DeleteAsync("11");
        await _api.StoreAsync("""{"id":"20","n":20}""");

        (string[] changes, _) = await client.CatchUpAsync(answer.GetProperty("next").GetString(), limit);
        Assert.Equal(
            [
                .. Enumerable.Range(2, 18).Except([3, 4, 10, 11]).Select(i => $"new {i:00} {i}"), "new 03 103",
                "updated 10 110", "deleted 11", "new 20 20",
            ],
            changes);
    }

    [Fact]
    public async Task Without_an_argument_it_begins_at_the_beginning()
    {
        await _api.StoreAsync("""{"id":"a"}""");
        await using SocketIOTestClient client = await ConnectAsync();
        await client.EmitAsync("[\"catch_up\"]", ack: 5);

        JsonElement answer = (await client.NextAckAsync())[0];
        Assert.Equal("new", answer.GetProperty("changes")[0].GetProperty("type").GetString());
        Assert.False(answer.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task An_answer_ends_early_rather_than_grow_without_bound()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        string text = new('x', 200_000);
        for (int i = 0; i < 20; i++)
        {
            await _api.StoreAsync($$"""{"id":"{{i:00}}","n":{{i}},"text":"{{text}}"}""");
        }

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""");

        Assert.InRange(answer.GetProperty("changes").GetArrayLength(), 1, 10);
        Assert.True(answer.GetProperty("more").GetBoolean());
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"new {i:00} {i}"), (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task Who_watches_a_box_hears_only_of_what_touches_it()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        JsonElement answer = await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");
        Assert.Equal("ok", answer.GetProperty("status").GetString());
        string watching = Cursor(answer);

        await _api.StoreAsync("""{"id":"outside","lat":20.5,"lng":12,"n":0}""");
        await _api.StoreAsync("""{"id":"edge","lat":20,"lng":11,"n":1}""");
        await _api.StoreAsync("""{"id":"nowhere","n":2}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":10.5,"n":3}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":11.0000001,"n":4}""");
        await _api.StoreAsync("""{"id":"edge","lat":20.5,"lng":13,"n":5}""");
        await _api.StoreAsync("""{"id":"outside","lat":20.6,"lng":10.1,"n":6}""");
        await DeleteAsync("edge");
        await DeleteAsync("outside");

        Assert.Equal(1, N(await client.NextAsync("new_property")));
        Assert.Equal(3, N(await client.NextAsync("property_updated")));
        Assert.Equal(4, N(await client.NextAsync("property_updated")));
        Assert.Equal(6, N(await client.NextAsync("property_updated")));
        Assert.Equal("outside", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        await client.HeardNothingElseAsync();
        Assert.Equal(
            ["new edge 1", "updated edge 3", "updated edge 4", "updated outside 6", "deleted outside"],
            (await client.CatchUpAsync(watching, limit: 2, bbox: "[10,20,11,21]")).Changes);
    }

    [Fact]
    public async Task A_box_may_cross_the_antimeridian_and_give_way_to_another_and_to_everything()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await client.AskAsync("watch", """{"bbox":[0,0,1,1]}""");
        await client.AskAsync("watch", """{"bbox":[179,-1,-179,1]}""");
        await _api.StoreAsync("""{"id":"a","lat":0,"lng":-179.5,"n":1}""");
        await _api.StoreAsync("""{"id":"b","lat":0.5,"lng":0.5,"n":2}""");
        await _api.StoreAsync("""{"id":"c","lat":0,"lng":180,"n":3}""");
        Assert.Equal(1, N(await client.NextAsync("new_property")));
        Assert.Equal(3, N(await client.NextAsync("new_property")));

        Assert.Equal("ok", (await client.AskAsync("unwatch", "null")).GetProperty("status").GetString());
        await _api.StoreAsync("""{"id":"d","n":4}""");
        Assert.Equal(4, N(await client.NextAsync("new_property")));
        await client.HeardNothingElseAsync();
        Assert.Equal(["new a 1", "new c 3"], (await client.CatchUpAsync(null, bbox: "[179,-1,-179,1]")).Changes);
    }

    [Theory]
    [InlineData("watch", "null", "bbox")]
    [InlineData("watch", "{}", "bbox")]
    [InlineData("watch", "[1,2,3,4]", "bbox")]
    [InlineData("watch", """{"bbox":null}""", "bbox")]
    [InlineData("watch", """{"bbox":[1,2,3]}""", "bbox")]
    [InlineData("watch", """{"bbox":["1","2","3","4"]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,10,1,9]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,0,181,1]}""", "bbox")]
    [InlineData("watch", """{"bbox":[0,0,1e999,1]}""", "bbox")]
    [InlineData("catch_up", "7", "object")]
    [InlineData("catch_up", """{"since":7}""", "since")]
    [InlineData("catch_up", """{"since":""}""", "since")]
    [InlineData("catch_up", """{"since":"yesterday"}""", "since")]
    [InlineData("catch_up", """{"since":"a-1-2-3"}""", "since")]
    [InlineData("catch_up", """{"since":"a--1"}""", "since")]
    [InlineData("catch_up", """{"limit":0}""", "limit")]
    [InlineData("catch_up", """{"limit":1001}""", "limit")]
    [InlineData("catch_up", """{"limit":1.5}""", "limit")]
    [InlineData("catch_up", """{"limit":"5"}""", "limit")]
    [InlineData("catch_up", """{"bbox":"1,2,3,4"}""", "bbox")]
    public async Task Bad_input_is_refused_by_name_and_changes_nothing(string name, string argument, string culprit)
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await client.AskAsync("watch", """{"bbox":[10,20,11,21]}""");

        JsonElement answer = await client.AskAsync(name, argument);
        Assert.Equal("error", answer.GetProperty("status").GetString());
        Assert.Contains(culprit, answer.GetProperty("message").GetString(), StringComparison.Ordinal);

        await _api.StoreAsync("""{"id":"outside","n":1}""");
        await _api.StoreAsync("""{"id":"inside","lat":20,"lng":10,"n":2}""");
        Assert.Equal(2, N(await client.NextAsync("new_property")));
    }

    [Fact]
    public async Task A_cursor_that_is_no_longer_good_says_so()
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1}""");
        await _api.StoreAsync("""{"id":"a","n":2}""");
        await _api.StoreAsync("""{"id":"b","n":3}""");
        await DeleteAsync("b");
        string known = Cursor(await _api.GetAsync("/properties"));
        JsonElement begun = await client.AskAsync("catch_up", """{"limit":1}""");
        string database = known.Split('-')[0];

        foreach (string cursor in (string[])["000000000000-1", $"{database}-999999", $"{database}-1-999999", $"{database}-4-3"])
        {
            Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{cursor}}"}""")).GetRawText());
        }

        // What is younger than the time that is kept stays.
        var log = _api.Services.GetRequiredService<IChangeLog>();
        Assert.Equal(0, await log.PruneAsync(DateTimeOffset.UtcNow - ChangePruning.Kept, TestContext.Current.CancellationToken));
        Assert.Equal(4, (await client.CatchUpAsync(start)).Changes.Length);

        // The first state of a, and b with its tombstone, are forgotten: a cursor from before them would skip the delete.
        Assert.Equal(3, await log.PruneAsync(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""")).GetRawText());
        Assert.Equal(["new a 2"], (await client.CatchUpAsync(null, limit: 1)).Changes);
        Assert.Empty((await client.CatchUpAsync(known)).Changes);
        Assert.Empty((await client.CatchUpAsync(begun.GetProperty("next").GetString())).Changes);
        await _api.StoreAsync("""{"id":"b","n":5}""");
        Assert.Equal(["new b 5"], (await client.CatchUpAsync(known)).Changes);
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

    [Fact]
    public async Task Changes_by_hand_are_announced_too()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        string start = Cursor(await _api.GetAsync("/properties"));
        await _database.ExecuteAsync("INSERT INTO properties (id, price, lat, lng, property_data) VALUES ('a', 5, 1, 2, '{\"n\":1}')");
        await _database.ExecuteAsync("UPDATE properties SET price = 6, property_data = '{\"n\":2}' WHERE id = 'a'");
        await _database.ExecuteAsync("UPDATE properties SET id = 'b' WHERE id = 'a'");
        await _database.ExecuteAsync("DELETE FROM properties WHERE id = 'b'");

        Assert.Equal(5, (await client.NextAsync("new_property")).GetProperty("price").GetDouble());
        Assert.Equal(6, (await client.NextAsync("property_updated")).GetProperty("price").GetDouble());
        Assert.Equal("a", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        Assert.Equal("b", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal("b", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        Assert.Equal(["new a 1", "updated a 2", "deleted a", "new b 2", "deleted b"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new a 1", "updated a 2", "deleted a"], (await client.CatchUpAsync(start, bbox: "[2,1,2,1]")).Changes.Take(3));
    }

    [Fact]
    public async Task Many_changes_of_one_transaction_are_logged_in_their_order()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":0}""");
        await _database.ExecuteAsync("""
            BEGIN;
            UPDATE properties SET property_data = '{"n":1}' WHERE id = 'a';
            INSERT INTO properties (id, property_data) VALUES ('b', '{"n":2}');
            UPDATE properties SET property_data = '{"n":3}' WHERE id = 'a';
            DELETE FROM properties WHERE id = 'b';
            INSERT INTO properties (id, property_data) VALUES ('b', '{"n":4}');
            COMMIT
            """);

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        Assert.Equal(["new a 0", "updated a 1", "new b 2", "updated a 3", "deleted b", "new b 4"], (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task A_database_of_the_old_backend_can_be_caught_up_with_from_the_beginning()
    {
        _api.Dispose();
        await _database.ExecuteAsync("DROP TABLE properties");
        await _database.ExecuteAsync(_database.IsPostgres ? OldBackend.PostgresTable : OldBackend.SqliteTable);
        foreach (string row in OldBackend.Rows)
        {
            await _database.ExecuteAsync(row);
        }

        _api = _database.Start();
        await using SocketIOTestClient client = await ConnectAsync();
        (string[] changes, string next) = await client.CatchUpAsync(null, limit: 2);
        Assert.Equal(["new nothing", "new other", "new list", "new bare", "new full"], changes);

        // The old backend still writes, also the way that deletes a row to put it anew.
        await _database.ExecuteAsync(OldBackend.InsertWithoutNames.Replace("INSERT INTO properties VALUES", _database.IsPostgres
            ? "INSERT INTO properties (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, timestamp) VALUES"
            : "INSERT OR REPLACE INTO properties VALUES", StringComparison.Ordinal));
        Assert.Equal("unnamed", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal(["new unnamed"], (await client.CatchUpAsync(next)).Changes);
    }

    [Fact]
    public async Task A_table_made_anew_is_reconciled_with_the_log()
    {
        string start = Cursor(await _api.GetAsync("/properties"));
        await _api.StoreAsync("""{"id":"a","n":1}""");
        await _api.StoreAsync("""{"id":"b","n":2}""");
        await DeleteAsync("b");
        _api.Dispose();
        await _database.ExecuteAsync("DROP TABLE properties");
        await _database.ExecuteAsync(_database.IsPostgres ? OldBackend.PostgresTable : OldBackend.SqliteTable);
        await _database.ExecuteAsync("INSERT INTO properties (id, property_data) VALUES ('b', '{\"n\":3}')");

        _api = _database.Start();
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["new a", "new b 2", "deleted b", "deleted a", "new b 3"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new b 3"], (await client.CatchUpAsync(null)).Changes);
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _database?.Dispose();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
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
