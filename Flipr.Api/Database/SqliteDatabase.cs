using System.Diagnostics;
using Flipr.Api.Telemetry;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>An embedded SQLite file: one connection writes, pooled ones read.</summary>
internal sealed class SqliteDatabase(string path, ILogger<SqliteDatabase> logger) : IDatabase, IDisposable
{
    private readonly DatabaseGuard _guard = new("SQLite", SqliteFaults.Of, logger);
    private readonly Lock _writing = new();
    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 1 }.ConnectionString;
    private SqliteWriter? _writer;

    public string Name => "SQLite";

    public bool IsPrepared => _guard.IsPrepared;

    public LogState? PreparedAt => _guard.PreparedAt;

    public Task PrepareAsync(CancellationToken cancellationToken) => _guard.PrepareAsync(
        _ =>
        {
            using SqliteConnection connection = Open();
            return Task.FromResult(SqliteSchema.Apply(connection));
        },
        cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            command.CommandText = "SELECT COUNT(*) FROM (SELECT 1 FROM properties LIMIT 1)";
            return command.ExecuteScalar();
        },
        cancellationToken);

    /// <summary>Reads in one transaction, so that everything read belongs to one moment, however many write meanwhile.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or has no schema yet.</exception>
    public Task<T> ReadAsync<T>(Func<SqliteCommand, T> read, CancellationToken cancellationToken) => _guard.RunAsync(
        _ =>
        {
            using Activity? activity = SqliteActivities.Start("read", path);
            try
            {
                using SqliteConnection connection = Open();
                using SqliteTransaction snapshot = connection.BeginTransaction(deferred: true);
                using SqliteCommand command = connection.CreateCommand();
                command.Transaction = snapshot;
                return Task.FromResult(read(command));
            }
            catch (SqliteException exception)
            {
                FliprActivities.Fail(activity, exception);
                throw;
            }
        },
        cancellationToken);

    /// <summary>Writes in one transaction, one writer after another.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or has no schema yet.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteWriter, T> write, CancellationToken cancellationToken) => _guard.RunAsync(
        _ =>
        {
            lock (_writing)
            {
                return Task.FromResult(Write(write));
            }
        },
        cancellationToken);

    public void Dispose()
    {
        _writer?.Dispose();
        // The last connection that really closes moves the write-ahead log into the file and lets go of it.
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
    }

    private T Write<T>(Func<SqliteWriter, T> write)
    {
        using Activity? activity = SqliteActivities.Start("write", path);
        try
        {
            _writer ??= new SqliteWriter(Open());
            return _writer.Write(write);
        }
        catch (SqliteException exception)
        {
            FliprActivities.Fail(activity, exception);
            _writer?.Dispose(); // Whatever state the failure left it in goes with it.
            _writer = null;
            throw;
        }
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // SQLite's own waiting for a lock; the driver's, which adds to it, sleeps 150 ms at a time. What answered 200 must survive a power cut: FULL.
            command.CommandText = "PRAGMA busy_timeout = 2000; PRAGMA synchronous = FULL";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
