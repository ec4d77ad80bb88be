using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Keeps the change log within <c>MAX_CHANGE_LOG_BYTES</c>: what is too much is forgotten before its time, the oldest first.</summary>
internal sealed partial class ChangeLogBudget(
    FliprSettings settings, IDatabase database, IChangeLog log, TimeProvider time, ILogger<ChangeLogBudget> logger) : BackgroundService
{
    /// <summary>How often to look: in between the log may grow beyond its budget.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);

    /// <summary>What is younger is being announced, perhaps: it stays.</summary>
    private static readonly TimeSpan Youth = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.MaxChangeLogBytes == 0)
        {
            return;
        }

        var ledger = new ChangeLogLedger(log);
        DateTimeOffset nextWarning = DateTimeOffset.MinValue;
        bool hasFailed = false;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (!database.IsPrepared)
            {
                continue;
            }

            try
            {
                DateTimeOffset now = time.GetUtcNow();
                if (await ledger.EnforceAsync(settings.MaxChangeLogBytes, now - Youth, stoppingToken) is { } forgotten && now >= nextWarning)
                {
                    nextWarning = now + BetweenWarnings;
                    LogForgotten(logger, forgotten.Bytes, settings.MaxChangeLogBytes, forgotten.Count, forgotten.ReachesTo.UtcDateTime, Math.Round((now - forgotten.ReachesTo).TotalHours, 1));
                }

                hasFailed = false;
            }
            catch (DatabaseUnavailableException)
            {
                // Logged where it happened; the next look comes soon.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // A log that stays large is no reason to end the program.
                if (!hasFailed)
                {
                    LogFailed(logger, exception);
                    hasFailed = true;
                }
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The change log kept {Bytes} bytes of replaced listings, more than MAX_CHANGE_LOG_BYTES ({Budget}): its {Count} oldest entries are forgotten. "
        + "It reaches back to {ReachesTo:u} now, {Hours} hours: clients that were away for longer load everything anew. If that is too short, find out who posts that much, or set a larger budget. Not logged again within an hour.")]
    private static partial void LogForgotten(ILogger logger, long bytes, long budget, int count, DateTime reachesTo, double hours);

    [LoggerMessage(2, LogLevel.Error, "The change log could not be kept within MAX_CHANGE_LOG_BYTES. It is tried again every two minutes; this is not logged again before it succeeds.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
