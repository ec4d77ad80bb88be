using Npgsql;

namespace Flipr.Api.Database;

/// <summary>PostgreSQL. Every statement stands alone, so that transaction-mode poolers can carry it.</summary>
internal sealed class PostgresDatabase(NpgsqlDataSource dataSource, ILogger<PostgresDatabase> logger) : IDatabase
{
    private readonly DatabaseGuard _guard = new("PostgreSQL", PostgresFaults.Of, logger);

    public string Name => "PostgreSQL";

    public bool IsPrepared => _guard.IsPrepared;

    public LogState? PreparedAt => _guard.PreparedAt;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _guard.PrepareAsync(token => PostgresSchema.ApplyAsync(dataSource, token), cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand("SELECT 1 FROM properties LIMIT 1");
            return await command.ExecuteScalarAsync(token);
        },
        cancellationToken);

    /// <summary>Runs work on the database, and tells outages from errors.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or has no schema yet.</exception>
    public Task<T> RunAsync<T>(Func<NpgsqlDataSource, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _guard.RunAsync(token => work(dataSource, token), cancellationToken);
}
