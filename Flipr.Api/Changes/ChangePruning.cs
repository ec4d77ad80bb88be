using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Forgets what only clients that were away for long could still ask for.</summary>
internal sealed partial class ChangePruning(IDatabase database, IChangeLog log, TimeProvider time, ILogger<ChangePruning> logger) : BackgroundService
{
    /// <summary>At least seven days, says the contract; one more for clocks and time zones.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(8);

    // The first look comes soon: a free instance is put to sleep before an hour is over, each time.
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(First, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!database.IsPrepared)
            {
                continue;
            }

            timer.Period = Interval;
            try
            {
                int forgotten = await log.PruneAsync(time.GetUtcNow() - Kept, stoppingToken);
                LogPruned(logger, forgotten);
            }
            catch (DatabaseUnavailableException)
            {
                // Logged where it happened; an hour later is early enough.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(logger, exception); // A log that stays long is no reason to end the program.
            }
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Forgot {Count} old entries of the change log.")]
    private static partial void LogPruned(ILogger logger, int count);

    [LoggerMessage(2, LogLevel.Error, "Old entries of the change log could not be forgotten. The next attempt comes in an hour.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
