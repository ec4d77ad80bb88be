using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Changes;

/// <summary>Wakes the feed when another instance or a hand commits: PostgreSQL notifies whoever listens.</summary>
internal sealed partial class PostgresChangeListener(DatabaseChoice choice, ChangeSignal signal, TimeProvider time, ILogger<PostgresChangeListener> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    // What is no outage does not pass by itself, and each attempt is logged.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool isOfUse = true;
        while (isOfUse)
        {
            TimeSpan pause = BetweenAttempts;
            try
            {
                isOfUse = await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (PostgresFaults.Of(exception) is { } fault)
            {
                LogNotListening(logger, fault.Reason); // The feed looks by itself meanwhile.
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception); // Whatever it was: this only makes the feed faster, which is no reason to end the program.
                pause = AfterFailure;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    /// <summary>Listens until the connection fails.</summary>
    /// <returns>False: listening is of no use here.</returns>
    private async Task<bool> ListenAsync(CancellationToken cancellationToken)
    {
        // A connection of its own: one that listens must not go back into a pool.
        await using NpgsqlDataSource dataSource = PostgresDataSource.Create(
            new NpgsqlConnectionStringBuilder(choice.Postgres!.ConnectionString) { Pooling = false, KeepAlive = 30 });
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await IsDirectAsync(connection, cancellationToken))
        {
            LogPooler(logger);
            return false;
        }

        connection.Notification += (_, _) => signal.Set();
        await using (var listen = new NpgsqlCommand($"LISTEN {PostgresChangeLogSchema.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
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

    [LoggerMessage(3, LogLevel.Error, "Listening for changes failed. They are looked for meanwhile; the next attempt comes in a minute.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
