using System.Net;
using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flipr.Api.Tests;

public sealed class PostgresChangeLogTests(PostgresServer postgres) : ChangeLogTests
{
    [Fact]
    public async Task A_transaction_that_is_left_open_holds_up_nobody_and_is_announced_when_it_commits()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        string start = Cursor(await Api.GetAsync("/properties"));
        await using NpgsqlConnection hand = new(DatabaseUrl.Parse(Database.Settings[0].Value).ConnectionString);
        await hand.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlTransaction open = await hand.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var insert = new NpgsqlCommand("INSERT INTO properties (id, property_data) VALUES ('late', '{\"n\":1}')", hand, open))
        {
            await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await Api.StoreAsync("""{"id":"early","n":2}""");
        Assert.Equal("early", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        (string[] before, string between) = await client.CatchUpAsync(start);
        await open.CommitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("late", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal(["new early 2"], before);
        Assert.Equal(["new late 1"], (await client.CatchUpAsync(between)).Changes);
    }

    /// <summary>The text beside <c>property_data</c> is Flipr's own, but a hand may think that it is to be edited.</summary>
    [Fact]
    public async Task A_listing_that_cannot_be_read_is_announced_with_only_its_id_and_holds_up_nobody()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        string start = Cursor(await Api.GetAsync("/properties"));
        await Api.StoreAsync("""{"id":"a","n":1}""");
        await client.NextAsync("new_property");
        await Database.ExecuteAsync("UPDATE properties SET property_text = '{broken' WHERE id = 'a'");
        Assert.Equal(
            """{"id":"a","intensity":0,"deal_rating":"Unknown","ai_evaluation_reasoning":"","address":"","cursor":"*"}""",
            JsonText.Of(await client.NextAsync("property_updated")));
        await Api.StoreAsync("""{"id":"b","n":2}""");
        Assert.Equal("b", (await client.NextAsync("new_property")).GetProperty("id").GetString());

        Assert.Equal(["new a 1", "updated a", "new b 2"], (await client.CatchUpAsync(start)).Changes);
        Assert.Equal(["new a 1", "updated a", "new b 2"], (await client.CatchUpAsync(start, limit: 1)).Changes);
        Assert.Equal(["new a", "new b 2"], (await client.CatchUpAsync(null)).Changes);
        Assert.Single(Api.Log.Text.Split('\n'), line => line.StartsWith("Error ", StringComparison.Ordinal));

        await Api.StoreAsync("""{"id":"a","n":3}""");
        Assert.Equal(3, (await client.NextAsync("property_updated")).GetProperty("n").GetInt32());
        Assert.Equal(["new a 1", "updated a", "new b 2", "updated a 3"], (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task Instances_that_prune_at_once_forget_everything_once()
    {
        await Database.ExecuteAsync(Rows("row-", 3_000));
        await Database.ExecuteAsync("UPDATE properties SET price = 1");
        await Database.ExecuteAsync("DELETE FROM properties WHERE id < 'row-2'");
        long listings = (long)(await Database.ExecuteAsync("SELECT count(*) FROM properties"))!;
        long entries = (long)(await Database.ExecuteAsync("SELECT count(*) FROM flipr_changes"))!;
        using ApiHost other = Database.Start();
        await other.GetAsync("/properties");
        DateTimeOffset soon = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1);

        int[] forgotten = await Task.WhenAll(
            new[] { Api, other }.Select(api => api.Services.GetRequiredService<IChangeLog>().PruneAsync(soon, TestContext.Current.CancellationToken)));

        Assert.Equal(entries - listings, forgotten.Sum());
        Assert.Equal(listings, await Database.ExecuteAsync("SELECT count(*) FROM flipr_changes WHERE kind = 'new'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_instances_are_notified_of_a_commit_whoever_makes_it(bool byHand)
    {
        await Api.GetAsync("/properties"); // The log is set up.
        await using NpgsqlConnection listening = new(DatabaseUrl.Parse(Database.Settings[0].Value).ConnectionString);
        await listening.OpenAsync(TestContext.Current.CancellationToken);
        await using (var listen = new NpgsqlCommand($"LISTEN {PostgresChangeLogSchema.Channel}", listening))
        {
            await listen.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        if (byHand)
        {
            await Database.ExecuteAsync("INSERT INTO properties (id) VALUES ('a')");
        }
        else
        {
            await Api.StoreAsync("""{"id":"a"}""");
        }

        Assert.True(await listening.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_fails_when_it_commits_is_not_answered_200()
    {
        await Database.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'check_violation'; END $$;
            CREATE CONSTRAINT TRIGGER z_refuse AFTER INSERT ON properties DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.id LIKE 'bad%') EXECUTE FUNCTION refuse()
            """);

        using HttpResponseMessage bad = await Api.PostAsync("""{"id":"bad"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
        await Api.StoreAsync("""{"id":"good"}""");
        Assert.Equal(["good"], await Api.IdsAsync());
    }

    [Fact]
    public async Task Truncating_the_table_deletes_every_listing()
    {
        await using SocketIOTestClient client = await ConnectAsync();
        await Api.StoreAsync("""{"id":"a","n":1}""");
        await Api.StoreAsync("""{"id":"b","n":2}""");
        await client.NextAsync("new_property");
        await client.NextAsync("new_property");
        string start = Cursor(await Api.GetAsync("/properties"));
        await Database.ExecuteAsync("TRUNCATE properties");

        Assert.Equal("a", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        Assert.Equal("b", (await client.NextAsync("property_deleted")).GetProperty("id").GetString());
        Assert.Equal(["deleted a", "deleted b"], (await client.CatchUpAsync(start)).Changes);
    }

    [Fact]
    public async Task A_login_that_may_only_write_the_table_is_logged_all_the_same()
    {
        await Database.ExecuteAsync("""
            DO $$ BEGIN CREATE ROLE old_backend LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
            GRANT SELECT, INSERT, UPDATE, DELETE ON properties TO old_backend
            """);
        await using SocketIOTestClient client = await ConnectAsync();
        await PostgresServer.ExecuteAsync(
            Database.Settings[0].Value.Replace("postgres@", "old_backend@", StringComparison.Ordinal), "INSERT INTO properties (id) VALUES ('a')");

        Assert.Equal("a", (await client.NextAsync("new_property")).GetProperty("id").GetString());
    }

    [Fact]
    public async Task Another_instance_is_told_within_the_time_it_would_look_by_itself()
    {
        using ApiHost other = Database.Start();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(other.Url);
        await client.NextAsync("connection_status");
        await Api.StoreAsync("""{"id":"a"}""");
        Assert.Equal("a", (await client.NextAsync("new_property")).GetProperty("id").GetString());
    }

    private protected override Task<TestDatabase> CreateAsync() => TestDatabase.OfPostgresAsync(postgres);
}
