using System.Globalization;
using System.Net;
using Flipr.Api.Database;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Flipr.Api.Tests;

/// <summary>A start that ends in the middle of the set-up leaves the table of the old backend as it was, and the next one completes.</summary>
public sealed class InterruptedStartTests(PostgresServer postgres) : IDisposable
{
    private const string Shape = """
        SELECT concat_ws(' ',
            (SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute WHERE attrelid = 'properties'::regclass AND attnum > 0),
            (SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
            (SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
            (SELECT count(*) FROM pg_trigger))
        """;

    private readonly TestFolder _home = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PostgreSQL_is_as_it_was_when_the_process_dies_or_is_asked_to_end_in_the_middle(bool isKilled)
    {
        string url = await postgres.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(url, OldBackend.PostgresTable);
        foreach (string row in OldBackend.Rows)
        {
            await PostgresServer.ExecuteAsync(url, row);
        }

        object? before = await PostgresServer.ExecuteAsync(url, Shape);
        await using (var hand = new NpgsqlConnection($"{DatabaseUrl.Parse(url).ConnectionString};Pooling=false"))
        {
            // Columns and index are made when the log's table meets another of its name that is not committed, and waits.
            await hand.OpenAsync(TestContext.Current.CancellationToken);
            await using NpgsqlTransaction holding = await hand.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using (var create = new NpgsqlCommand("CREATE TABLE flipr_changes (x INTEGER)", hand, holding))
            {
                await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            }

            await using (ApiProcess process = Start(url))
            {
                await Eventually.ThatAsync(async () => (long)(await PostgresServer.ExecuteAsync(
                    url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'"))! > 0);
                if (!isKilled)
                {
                    Assert.Equal(0, await process.Command.TerminateAsync(TestContext.Current.CancellationToken));
                }
            }

            await holding.RollbackAsync(TestContext.Current.CancellationToken);
        }

        // The server notices a client that is gone when it has something to say to it.
        await Eventually.ThatAsync(async () => (long)(await PostgresServer.ExecuteAsync(
            url, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"))! == 0);
        Assert.Equal(before, await PostgresServer.ExecuteAsync(url, Shape));

        using var api = new ApiHost(("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true"));
        await OldBackend.CheckAsync(api);
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        Assert.Equal(["new nothing", "new other", "new list", "new full", "new bare", "new ours"], (await client.CatchUpAsync(null)).Changes);
    }

    [Fact]
    public async Task SQLite_is_as_it_was_when_the_process_dies_in_the_middle()
    {
        // A database that Flipr knew, then the table made anew by the old backend with many rows. The log does not get past one of them.
        using (new ApiHost(_home.Path))
        {
        }

        Execute("DROP TABLE properties");
        Execute(OldBackend.SqliteTable);
        Execute(OldBackendRows.Insert(isPostgres: false));
        Execute("INSERT INTO properties (id, timestamp) VALUES ('stop', 2000000000)");
        Execute("CREATE VIEW endless AS WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT n FROM n");
        Execute("CREATE TRIGGER stop AFTER INSERT ON flipr_changes WHEN NEW.id = 'stop' BEGIN DELETE FROM properties WHERE id = (SELECT count(*) FROM endless); END");
        string before = Schema();

        await using (ApiProcess process = Start(""))
        {
            await process.Command.WaitForOutputAsync("Flipr is at ", TestContext.Current.CancellationToken);
            await Eventually.ThatAsync(() => Task.FromResult(IsBeingWritten()));
        }

        Assert.Equal(before, Schema());
        Assert.Equal(0L, Execute("SELECT count(*) FROM flipr_changes"));
        Assert.Equal(10_001L, Execute("SELECT count(*) FROM properties"));

        Execute("DROP TRIGGER stop");
        using var api = new ApiHost(_home.Path);
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage health = await api.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
            return health.StatusCode == HttpStatusCode.OK;
        });
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        (string[] changes, string next) = await client.CatchUpAsync(null);
        Assert.Equal(10_001, changes.Distinct().Count());
        Assert.Equal("new stop", changes[^1]);
        Execute("UPDATE properties SET price = 1 WHERE id = 'stop'");
        Assert.Equal(["updated stop"], (await client.CatchUpAsync(next)).Changes);
    }

    public void Dispose() => _home.Dispose();

    private ApiProcess Start(string databaseUrl) => ApiProcess.Start(
        _home,
        [
            ("ASPNETCORE_ENVIRONMENT", "Development"), ("PORT", Ports.Free().ToString(CultureInfo.InvariantCulture)), ("DATABASE_URL", databaseUrl),
            ("DISABLE_SQLITE_FALLBACK", databaseUrl.Length > 0 ? "true" : "false"),
        ]);

    /// <summary>Whether somebody is in the middle of a transaction that writes.</summary>
    private bool IsBeingWritten()
    {
        using SqliteConnection connection = Open(timeout: 1);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE; ROLLBACK";
        try
        {
            command.ExecuteNonQuery();
            return false;
        }
        catch (SqliteException exception) when (exception.SqliteErrorCode == 5)
        {
            return true;
        }
    }

    private string Schema() => (string)Execute("SELECT group_concat(name || ' ' || coalesce(sql, ''), x'0a') FROM (SELECT * FROM sqlite_schema ORDER BY name)")!;

    private object? Execute(string sql)
    {
        using SqliteConnection connection = Open(timeout: 30);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private SqliteConnection Open(int timeout)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _home.File("properties.db"), Pooling = false, DefaultTimeout = timeout }.ConnectionString);
        connection.Open();
        return connection;
    }
}
