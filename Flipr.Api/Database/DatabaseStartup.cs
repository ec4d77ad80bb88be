namespace Flipr.Api.Database;

/// <summary>Sets the schema up before the first request, or, where the database does not answer yet, as soon as it does.</summary>
internal sealed partial class DatabaseStartup(
    IDatabase database, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<DatabaseStartup> logger) : BackgroundService
{
    private static readonly TimeSpan PatienceAtStart = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task? _begun;

    /// <summary>Makes the first attempt now, while the rest of the program is put together.</summary>
    public void Begin() => _begun = Task.Run(() => TryPrepareAsync(lifetime.ApplicationStopping));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await Task.WhenAny(_attempted.Task, Task.Delay(PatienceAtStart, time, cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenAttempts, time);
        do
        {
            if (!database.IsPrepared)
            {
                await (Interlocked.Exchange(ref _begun, null) ?? TryPrepareAsync(stoppingToken));
            }

            _attempted.TrySetResult();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryPrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await database.PrepareAsync(cancellationToken);
        }
        catch (DatabaseUnavailableException)
        {
            // It has logged the outage; the next tick tries again.
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Trying again would only lock the table again and again.
            LogCannotPrepare(logger, exception);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(1, LogLevel.Critical, "The database's schema cannot be set up. Flipr ends.")]
    private static partial void LogCannotPrepare(ILogger logger, Exception exception);
}
