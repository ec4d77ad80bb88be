using System.Text.Json;
using Flipr.Api.Telemetry;
using Flipr.SocketIO;

namespace Flipr.Api.Security;

/// <summary>
/// How fast one socket may send events: so many in a second, and a burst of five times that; past it each is answered with an error that says to wait. Who
/// sends ten times as much all the same loses the connection.
/// </summary>
/// <param name="socket">The client.</param>
/// <param name="perSecond">Events in a second; 0 is no limit.</param>
/// <param name="metrics">Where what is refused is counted.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where ended connections are logged.</param>
internal sealed partial class EventLimit(Socket socket, int perSecond, FliprMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int Burst = 5;
    private const int Flood = 10;

    // Two buckets, filled by events and emptied by time. Handlers of one socket start one after another, so nothing else looks at them meanwhile.
    private double _level;
    private double _floodLevel;
    private long _at = time.GetTimestamp();
    private bool _hasEnded;

    /// <summary>Puts the limit before a handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="isFree">Tells by its argument an event that does not count; none by default.</param>
    public Func<JsonData, Ack, Task> Before(Func<JsonData, Ack, Task> handler, Func<JsonElement, bool>? isFree = null) =>
        (argument, ack) => perSecond == 0 || isFree?.Invoke(argument.Json) == true || TryTake() ? handler(argument, ack) : RefuseAsync(ack);

    private bool TryTake()
    {
        long now = time.GetTimestamp();
        double passed = time.GetElapsedTime(_at, now).TotalSeconds * perSecond;
        _at = now;
        _level = Math.Max(0, _level - passed);
        _floodLevel = Math.Max(0, _floodLevel - (passed * Flood)) + 1;
        if (_level + 1 > perSecond * Burst)
        {
            return false;
        }

        _level++;
        return true;
    }

    private async Task RefuseAsync(Ack ack)
    {
        if (_floodLevel <= perSecond * Burst * Flood)
        {
            metrics.EventRefused(isEnd: false);
            await ack.SendAsync(new ErrorResponse($"Too many events: {perSecond} in a second are allowed (MAX_EVENTS_PER_SECOND). Wait a second, then send it again."));
        }
        else if (!_hasEnded)
        {
            _hasEnded = true;
            metrics.EventRefused(isEnd: true);
            LogFlood(logger, socket.Id, ClientAddress.Of(socket.Handshake.Address), perSecond * Flood);
            await socket.DisconnectAsync(close: true);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Ended the connection of {Sid} ({Client}): it kept sending more than {PerSecond} events in a second, although it was told to wait.")]
    private static partial void LogFlood(ILogger logger, string sid, string client, int perSecond);
}
