using System.Text.Json;

namespace Flipr.Api.Tests;

public sealed class SqliteChangeLogTests : ChangeLogTests
{
    [Fact]
    public async Task What_INSERT_OR_REPLACE_replaces_is_an_update_and_what_OR_IGNORE_ignores_is_nothing()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        string start = Cursor(await Api.GetAsync("/properties"));
        await Api.StoreAsync("""{"id":"a","n":1,"lat":1,"lng":1}""");
        await Database.ExecuteAsync("INSERT OR REPLACE INTO properties (id, property_data) VALUES ('a', '{\"n\":2}')");
        await Database.ExecuteAsync("INSERT OR IGNORE INTO properties (id, property_data) VALUES ('a', '{\"n\":3}')");
        await Database.ExecuteAsync("INSERT INTO properties (id, property_data) VALUES ('a', '{\"n\":4}') ON CONFLICT DO UPDATE SET property_data = excluded.property_data");

        Assert.Equal(["new a 1", "updated a 2", "updated a 4"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new a 1", "updated a 2"], (await client.CatchUpAsync(start, bbox: "[1,1,1,1]")).Changes);
        JsonElement listing = await Api.PropertyAsync("a");
        Assert.Equal(4, listing.GetProperty("n").GetInt32());
        Assert.Equal((await client.CatchUpAsync(null)).Next, Cursor(listing));
    }

    [Fact]
    public async Task What_was_laid_aside_for_an_insert_that_was_ignored_is_not_taken_for_a_later_one()
    {
        string start = Cursor(await Api.GetAsync("/properties"));
        await Api.StoreAsync("""{"id":"a","n":1}""");
        await Database.ExecuteAsync("INSERT OR IGNORE INTO properties (id, property_data) VALUES ('a', '{\"n\":2}')");
        await Api.StoreAsync("""{"id":"a","n":3}""");
        await DeleteAsync("a");
        await Api.StoreAsync("""{"id":"a","n":4}""");
        await Api.StoreAsync("""{"id":"b","n":5}""");
        await Api.StoreAsync("""{"id":"a","n":6}""");

        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["new a 1", "updated a 3", "deleted a", "new a 4", "new b 5", "updated a 6"], (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task An_id_that_is_given_to_another_row_replaces_the_one_that_had_it()
    {
        string start = Cursor(await Api.GetAsync("/properties"));
        await Api.StoreAsync("""{"id":"a","n":1}""");
        await Api.StoreAsync("""{"id":"b","n":2}""");
        await Database.ExecuteAsync("UPDATE OR REPLACE properties SET id = 'b' WHERE id = 'a'");

        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["new a 1", "new b 2", "deleted a", "updated b 1"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new b 1"], (await client.CatchUpAsync(null)).Changes);
    }

    [Fact]
    public async Task A_row_without_an_id_is_left_alone()
    {
        await Database.ExecuteAsync("INSERT INTO properties (id, price) VALUES (NULL, 1)");
        await Database.ExecuteAsync("UPDATE properties SET price = 2");
        JsonElement page = await Api.GetAsync("/properties");
        Assert.Equal(0, page.GetProperty("pagination").GetProperty("total_count").GetInt32());
        string start = Cursor(page);
        await Api.StoreAsync("""{"id":"a"}""");

        await using SocketIOTestClient client = await ConnectAsync();
        Assert.Equal(["new a"], (await client.CatchUpAsync(null)).Changes);

        // It counts as long as it has an id.
        await Database.ExecuteAsync("UPDATE properties SET id = 'b' WHERE id IS NULL");
        await Database.ExecuteAsync("UPDATE properties SET id = NULL WHERE id = 'a'");
        Assert.Equal(["new a", "new b", "deleted a"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new b"], (await client.CatchUpAsync(null)).Changes);
    }

    [Theory]
    [InlineData("}")]
    [InlineData(" {\"n\":2}")]
    [InlineData(" and more")]
    public async Task What_follows_the_object_in_an_old_row_does_not_reach_anybody(string rest)
    {
        await using SocketIOTestClient client = await ConnectAsync();
        const string Whole = """{"id":"old","timestamp":1,"intensity":0,"deal_rating":"","ai_evaluation_reasoning":"","n":1}""";
        await Database.ExecuteAsync($"INSERT INTO properties (id, price, property_data) VALUES ('old', 5, '{Whole}{rest}')");

        Assert.Equal(5, (await client.NextAsync("new_property")).GetProperty("price").GetInt32());
        Assert.Equal(["new old"], (await client.CatchUpAsync(null)).Changes);
    }

    /// <summary>Python's <c>json.dumps</c> writes half a surrogate pair as it writes a whole one, and SQLite looks at neither.</summary>
    [Theory]
    [InlineData("""{"note":"\ud83d","n":1}""")]
    [InlineData("""{"\ud83d":"note","n":1}""")]
    [InlineData("""{"id":"old","timestamp":1,"intensity":0,"deal_rating":"\ud83d","ai_evaluation_reasoning":"","n":1}""")]
    [InlineData("""{"id":"\ud83d","timestamp":1,"n":1}""")]
    public async Task Half_a_surrogate_pair_in_an_old_row_holds_up_nobody(string data)
    {
        await using SocketIOTestClient client = await ConnectAsync();
        string start = Cursor(await Api.GetAsync("/properties"));
        await Database.ExecuteAsync($"INSERT INTO properties (id, property_data) VALUES ('old', '{data}')");
        await Api.StoreAsync("""{"id":"new","n":2}""");

        Assert.Equal(1, (await client.NextAsync("new_property")).GetProperty("n").GetInt32());
        Assert.Equal(2, (await client.NextAsync("new_property")).GetProperty("n").GetInt32());
        Assert.Equal(["new old 1", "new new 2"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal("old", (await Api.PropertyAsync("old")).GetProperty("id").GetString());
    }

    private protected override Task<TestDatabase> CreateAsync() => Task.FromResult(TestDatabase.OfSqlite());
}
