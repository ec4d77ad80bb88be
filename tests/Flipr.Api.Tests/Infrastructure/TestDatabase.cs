using Microsoft.Data.Sqlite;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>An empty database for one test: how Flipr is told of it, and a hand that writes to it behind Flipr's back.</summary>
internal abstract class TestDatabase : IDisposable
{
    /// <summary>The settings that lead Flipr to it.</summary>
    public abstract IReadOnlyList<(string Name, string Value)> Settings { get; }

    /// <summary>Flipr's folder.</summary>
    public TestFolder Folder { get; } = new();

    public bool IsPostgres => this is Postgres;

    /// <summary>Starts Flipr on it. Further instances share it.</summary>
    public ApiHost Start(params IEnumerable<(string Name, string Value)> settings) => new(Folder.Path, [.. Settings, .. settings]);

    /// <summary>Runs SQL as somebody else than Flipr, and returns the first value.</summary>
    public abstract Task<object?> ExecuteAsync(string sql);

    public void Dispose() => Folder.Dispose();

    public static TestDatabase OfSqlite() => new Sqlite();

    public static async Task<TestDatabase> OfPostgresAsync(PostgresServer server)
    {
        string url = await server.CreateDatabaseAsync();
        return new Postgres(url, url);
    }

    /// <summary>Flipr reaches it through the pooler, the hand without.</summary>
    public static async Task<TestDatabase> OfPostgresAsync(PostgresServer server, PgBouncer pooler)
    {
        string url = await server.CreateDatabaseAsync();
        return new Postgres(pooler.UrlOf(url), url);
    }

    private sealed class Sqlite : TestDatabase
    {
        public override IReadOnlyList<(string Name, string Value)> Settings => [];

        public override Task<object?> ExecuteAsync(string sql)
        {
            using var connection = new SqliteConnection($"Data Source={Folder.File("properties.db")};Pooling=False");
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return Task.FromResult(command.ExecuteScalar());
        }
    }

    private sealed class Postgres(string url, string handUrl) : TestDatabase
    {
        public override IReadOnlyList<(string Name, string Value)> Settings => [("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true")];

        public override Task<object?> ExecuteAsync(string sql) => PostgresServer.ExecuteAsync(handUrl, sql);
    }
}
