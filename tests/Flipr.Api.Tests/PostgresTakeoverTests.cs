using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Tests;

public sealed class PostgresTakeoverTests(PostgresServer postgres) : TakeoverTests
{
    private const string Waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'properties'::regclass";

    // The old backend looks in a transaction before it writes: a set-up that has some lock and waits for more would meet it in a deadlock.
    [Theory]
    [InlineData("DROP TABLE properties CASCADE; DROP TABLE flipr_changes, flipr_log; " + OldBackend.PostgresTable)]
    [InlineData("DROP TRIGGER flipr_log_change ON properties")]
    [InlineData("DROP INDEX properties_newest; ALTER TABLE properties DISABLE TRIGGER flipr_log_change")]
    public async Task A_writer_that_has_looked_before_it_writes_does_not_meet_the_set_up_in_a_deadlock(string state)
    {
        using TestDatabase database = await CreateAsync();
        database.Start().Dispose();
        await database.ExecuteAsync(state);
        await database.ExecuteAsync("INSERT INTO properties (id, price) VALUES ('a', 1)");
        await using NpgsqlConnection old = await OpenAsync(database);
        await RunAsync(old, "BEGIN; SELECT * FROM properties");

        Task<ApiHost> starting = Task.Run(() => database.Start());
        await Eventually.ThatAsync(async () => (long)(await database.ExecuteAsync(Waiting))! > 0);
        await RunAsync(old, "UPDATE properties SET price = 2; COMMIT");

        using ApiHost api = await starting;
        await Eventually.ThatAsync(() => IsHealthyAsync(api));
        Assert.Equal(2, (await api.PropertyAsync("a")).GetProperty("price").GetInt32());
        Assert.DoesNotContain("is busy", api.Log.Text, StringComparison.Ordinal);
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");
        await database.ExecuteAsync("UPDATE properties SET price = 3");
        Assert.Equal(3, (await client.NextAsync("property_updated")).GetProperty("price").GetInt32());
    }

    [Fact(Timeout = 120_000)]
    public async Task While_Flipr_waits_for_a_transaction_that_is_left_open_the_old_backend_goes_on()
    {
        using TestDatabase database = await CreateAsync();
        await database.ExecuteAsync(OldBackend.PostgresTable);
        await using NpgsqlConnection forgotten = await OpenAsync(database);
        await RunAsync(forgotten, "BEGIN; SELECT * FROM properties");
        using ApiHost api = await Task.Run(() => database.Start());
        await Eventually.ThatAsync(async () => (long)(await database.ExecuteAsync(Waiting))! > 0);

        await using NpgsqlConnection old = await OpenAsync(database);
        await RunAsync(old, "INSERT INTO properties (id) VALUES ('a')");
        await RunAsync(forgotten, "COMMIT");

        await Eventually.ThatAsync(() => IsHealthyAsync(api));
        Assert.Equal(["a"], await api.IdsAsync());
    }

    private protected override Task<TestDatabase> CreateAsync() => TestDatabase.OfPostgresAsync(postgres);

    private static async Task<NpgsqlConnection> OpenAsync(TestDatabase database)
    {
        var connection = new NpgsqlConnection($"{DatabaseUrl.Parse(database.Settings[0].Value).ConnectionString};Pooling=false;Command Timeout=0");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
