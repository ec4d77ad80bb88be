using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Changes;

/// <summary>Wakes the feed when another instance or a hand commits: PostgreSQL notifies whoever listens.</summary>
internal sealed partial class PostgresChangeListener(DatabaseChoice choice, ChangeSignal signal, TimeProvider time, ILogger<PostgresChangeListener> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A connection of its own: one that listens must not go back into a pool.
        await using NpgsqlDataSource dataSource = PostgresDataSource.Create(
            new NpgsqlConnectionStringBuilder(choice.Postgres!.ConnectionString) { Pooling = false, KeepAlive = 30 });
        while (true)
        {
            try
            {
                await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(stoppingToken);
                if (!await IsDirectAsync(connection, stoppingToken))
                {
                    LogPooler(logger);
                    return;
                }

                connection.Notification += (_, _) => signal.Set();
                await using (var listen = new NpgsqlCommand($"LISTEN {PostgresChangeLogSchema.Channel}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stoppingToken);
                }

                while (true)
                {
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (PostgresFaults.Of(exception) is { } fault)
            {
                // The feed looks by itself meanwhile.
                LogNotListening(logger, fault.Reason);
            }

            await Task.Delay(BetweenAttempts, time, stoppingToken);
        }
    }

    /// <summary>
    /// Whether there is no pooler in between: a pooler gives its clients a process number of its own making. Through one, LISTEN would not only be of no
    /// use: it would stay with a server connection that somebody else gets next.
    /// </summary>
    private static async Task<bool> IsDirectAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_backend_pid()", connection);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))! == connection.ProcessID;
    }

    [LoggerMessage(1, LogLevel.Information, "PostgreSQL is reached through a pooler: changes of other instances are looked for, not notified of.")]
    private static partial void LogPooler(ILogger logger);

    [LoggerMessage(2, LogLevel.Debug, "Not listening for changes: {Reason}.")]
    private static partial void LogNotListening(ILogger logger, string reason);
}
