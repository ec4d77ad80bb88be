using Flipr.Api.Telemetry;

namespace Flipr.Api.Security;

/// <summary>Counts what limits refuse, and logs it: each client once a day, and not more than so many, however many addresses somebody has.</summary>
internal sealed partial class UpdateRefusals(FliprMetrics metrics, TimeProvider time, ILogger<UpdateRefusals> logger)
{
    private const int MaxLogged = 1_000;

    // Clients, and the limits that are everybody's.
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private DateOnly _day;

    /// <summary>An update was refused.</summary>
    /// <param name="limit">By which limit.</param>
    /// <param name="client">Whose it was; null where the limit is everybody's.</param>
    /// <param name="message">What the client is told.</param>
    public void Add(UpdateLimit limit, string? client, string message)
    {
        metrics.UpdateRefused(limit);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        bool isLast;
        lock (_logged)
        {
            if (today != _day)
            {
                _logged.Clear();
                _day = today;
            }

            if (_logged.Count >= MaxLogged || !_logged.Add(client ?? message))
            {
                return;
            }

            isLast = _logged.Count == MaxLogged;
        }

        LogRefused(logger, client ?? "all clients", message);
        if (isLast)
        {
            LogNoMore(logger, MaxLogged);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Refused an update of {Client}: {Message} Not logged again before tomorrow.")]
    private static partial void LogRefused(ILogger logger, string client, string message);

    [LoggerMessage(2, LogLevel.Warning, "Updates of {Count} clients were refused today: those of others are counted (flipr.updates.refused), not logged, before tomorrow.")]
    private static partial void LogNoMore(ILogger logger, int count);
}
