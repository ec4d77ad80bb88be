using Flipr.Api.Telemetry;
using Flipr.SocketIO;

namespace Flipr.Api.Security;

/// <summary>Makes the limit of each socket's events.</summary>
internal sealed class EventLimits(FliprSettings settings, FliprMetrics metrics, TimeProvider time, ILogger<EventLimits> logger)
{
    public EventLimit Of(Socket socket) => new(socket, settings.MaxEventsPerSecond, metrics, time, logger);
}
