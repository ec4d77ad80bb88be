namespace Flipr.Api.Tests;

/// <summary>What others than this backend write to the table.</summary>
public abstract partial class ChangeLogTests
{
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
        await _api.StoreAsync("""{"id":"a","n":1,"lat":1,"lng":2}""");
        await _api.StoreAsync("""{"id":"b","n":2,"lat":40,"lng":50}""");
        await DeleteAsync("b");
        _api.Dispose();
        await _database.ExecuteAsync("DROP TABLE properties");
        await _database.ExecuteAsync(_database.IsPostgres ? OldBackend.PostgresTable : OldBackend.SqliteTable);
        await _database.ExecuteAsync("INSERT INTO properties (id, property_data) VALUES ('b', '{\"n\":3}')");

        _api = _database.Start();
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["new a", "new b 2", "deleted b", "deleted a", "new b 3"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new b 3"], (await client.CatchUpAsync(null)).Changes);
        Assert.Equal(["new a", "deleted a"], (await client.CatchUpAsync(start, bbox: "[2,1,2,1]")).Changes);
    }

    [Fact]
    public async Task A_log_of_the_first_form_begins_anew()
    {
        await _api.StoreAsync("""{"id":"a","n":1}""");
        string start = Cursor(await _api.GetAsync("/properties"));
        _api.Dispose();
        await _database.ExecuteAsync("DROP TABLE flipr_changes; CREATE TABLE flipr_changes (position BIGINT PRIMARY KEY, id TEXT, kind TEXT, is_current BOOLEAN)");

        _api = _database.Start();
        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal("""{"status":"reset"}""", (await client.AskAsync("catch_up", $$"""{"since":"{{start}}"}""")).GetRawText());
        (string[] changes, string next) = await client.CatchUpAsync(null);
        Assert.Equal(["new a 1"], changes);
        await _api.StoreAsync("""{"id":"a","n":2}""");
        Assert.Equal(["updated a 2"], (await client.CatchUpAsync(next)).Changes);
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        _database?.Dispose();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }
}
