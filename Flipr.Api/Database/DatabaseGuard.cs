namespace Flipr.Api.Database;

/// <summary>
/// Stands between a store and its database: tells outages from errors, logs each outage once when it begins and once when it ends, and
/// refuses work until the schema is set up.
/// </summary>
/// <param name="database">The database's name for messages.</param>
/// <param name="reasonOf">Why an exception means that the database is away, in words that are safe to show; null when it means something else.</param>
/// <param name="logger">Where outages are logged.</param>
internal sealed partial class DatabaseGuard(string database, Func<Exception, DatabaseFault?> reasonOf, ILogger logger)
{
    private volatile bool _isPrepared;
    private volatile LogState? _preparedAt; // Before _isPrepared: whoever sees that finds this.
    private volatile string? _reason;
    private int _isAway;

    /// <summary>Whether the schema is set up.</summary>
    public bool IsPrepared => _isPrepared;

    /// <summary>Where the change log stood when the schema was last set up, before any other work was let through; null before that.</summary>
    public LogState? PreparedAt => _preparedAt;

    /// <summary>Sets the schema up.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task PrepareAsync(Func<CancellationToken, Task<LogState>> setUp, CancellationToken cancellationToken)
    {
        _preparedAt = await GuardedAsync(setUp, cancellationToken);
        _isPrepared = true;
    }

    /// <summary>Runs work on a database whose schema is set up.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer, or has no schema yet.</exception>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _isPrepared
            ? GuardedAsync(work, cancellationToken)
            : Task.FromException<T>(new DatabaseUnavailableException(
                _reason is { } reason ? $"{database} is not ready: {reason}." : $"{database} has not answered yet since the start."));

    private async Task<T> GuardedAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            T result = await work(cancellationToken);
            if (Interlocked.Exchange(ref _isAway, 0) == 1)
            {
                LogBack(logger, database);
            }

            return result;
        }
        catch (Exception exception) when (reasonOf(exception) is { } fault)
        {
            _reason = fault.Reason;
            if (fault.SchemaIsMissing)
            {
                _isPrepared = false; // A database made anew needs its schema again; the start-up loop sees to it.
            }

            if (Interlocked.Exchange(ref _isAway, 1) == 0)
            {
                LogAway(logger, database, fault.Reason);
            }

            throw new DatabaseUnavailableException($"{database} does not answer: {fault.Reason}.", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Database} does not answer: {Reason}. Requests are answered 503 until it is back.")]
    private static partial void LogAway(ILogger logger, string database, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Database} answers again.")]
    private static partial void LogBack(ILogger logger, string database);
}
