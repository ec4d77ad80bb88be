using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The server's metrics, in the meter <c>Flipr.SocketIO</c>.</summary>
internal sealed class SocketIOMetrics
{
    public const string MeterName = "Flipr.SocketIO";

    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _upgrades;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _volatileDropped;
    private readonly Counter<long> _unhandled;
    private readonly Counter<long> _handlerErrors;

    public SocketIOMetrics(IMeterFactory meterFactory)
    {
        Meter meter = meterFactory.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("socketio.connections", "{connection}", "Open connections, by transport.");
        _disconnects = meter.CreateCounter<long>("socketio.disconnects", "{connection}", "Connections that ended, by reason.");
        _upgrades = meter.CreateCounter<long>("socketio.upgrades", "{upgrade}", "Upgrades from polling to WebSocket.");
        _refused = meter.CreateCounter<long>("socketio.requests.refused", "{request}", "Refused requests, by error code.");
        _volatileDropped = meter.CreateCounter<long>("socketio.messages.dropped", "{message}", "Volatile messages dropped because the client was not ready.");
        _unhandled = meter.CreateCounter<long>("socketio.events.unhandled", "{event}", "Events that no handler is registered for.");
        _handlerErrors = meter.CreateCounter<long>("socketio.handlers.errors", "{error}", "Exceptions thrown by handlers.");
    }

    public void Opened(string transport) => _connections.Add(1, new KeyValuePair<string, object?>("transport", transport));

    public void Closed(string transport, string reason)
    {
        _connections.Add(-1, new KeyValuePair<string, object?>("transport", transport));
        _disconnects.Add(1, new TagList { { "transport", transport }, { "reason", reason } });
    }

    public void Upgraded()
    {
        _upgrades.Add(1);
        _connections.Add(-1, new KeyValuePair<string, object?>("transport", "polling"));
        _connections.Add(1, new KeyValuePair<string, object?>("transport", "websocket"));
    }

    public void Refused(int code) => _refused.Add(1, new KeyValuePair<string, object?>("code", code));

    public void VolatileDropped() => _volatileDropped.Add(1);

    public void Unhandled() => _unhandled.Add(1);

    public void HandlerFailed() => _handlerErrors.Add(1);
}
