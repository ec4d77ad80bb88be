using System.Diagnostics.Metrics;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The server's metrics, in the meter <c>Flipr.SocketIO</c>. What nobody listens to costs a branch.</summary>
internal sealed class SocketIOMetrics
{
    public const string MeterName = "Flipr.SocketIO";

    private static readonly InstrumentAdvice<double> DurationAdvice = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
    };

    private static readonly InstrumentAdvice<int> FanoutAdvice = new()
    {
        HistogramBucketBoundaries = [0, 1, 10, 100, 1_000, 10_000, 100_000],
    };

    private readonly UpDownCounter<long> _connections;
    private readonly Counter<long> _disconnects;
    private readonly Counter<long> _upgrades;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _limits;
    private readonly Counter<long> _volatileDropped;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _bytesReceived;
    private readonly Counter<long> _bytesSent;
    private readonly Counter<long> _unhandled;
    private readonly Counter<long> _handlerErrors;
    private readonly Histogram<double> _handlerDuration;
    private readonly Histogram<int> _fanout;

    public SocketIOMetrics(IMeterFactory meterFactory)
    {
        Meter meter = meterFactory.Create(MeterName);
        _connections = meter.CreateUpDownCounter<long>("socketio.connections", "{connection}", "Open connections, by transport.");
        _disconnects = meter.CreateCounter<long>("socketio.disconnects", "{connection}", "Connections that ended, by transport and reason.");
        _upgrades = meter.CreateCounter<long>("socketio.upgrades", "{upgrade}", "Upgrades from polling to WebSocket.");
        _refused = meter.CreateCounter<long>("socketio.requests.refused", "{request}", "Refused requests, by error code.");
        _limits = meter.CreateCounter<long>("socketio.limits.exceeded", "{event}", "How often a limit struck, by the option that sets it.");
        _volatileDropped = meter.CreateCounter<long>("socketio.messages.dropped", "{message}", "Volatile messages dropped because the client was not ready.");
        _received = meter.CreateCounter<long>("socketio.messages.received", "{message}", "Messages received; attachments count as messages.");
        _sent = meter.CreateCounter<long>("socketio.messages.sent", "{message}", "Messages handed to connections.");
        _bytesReceived = meter.CreateCounter<long>("socketio.io.received", "By", "Bytes of the messages received.");
        _bytesSent = meter.CreateCounter<long>("socketio.io.sent", "By", "Bytes of the messages handed to connections.");
        _unhandled = meter.CreateCounter<long>("socketio.events.unhandled", "{event}", "Events that no handler is registered for.");
        _handlerErrors = meter.CreateCounter<long>("socketio.handlers.errors", "{error}", "Exceptions thrown by handlers.");
        _handlerDuration = meter.CreateHistogram("socketio.handlers.duration", "s", "How long the handlers of an event ran.", tags: null, DurationAdvice);
        _fanout = meter.CreateHistogram("socketio.broadcast.recipients", "{socket}", "How many sockets a broadcast went to.", tags: null, FanoutAdvice);
    }

    /// <summary>Whether handlers are to be timed.</summary>
    public bool TimesHandlers => _handlerDuration.Enabled;

    public void Opened(string transport) => _connections.Add(1, Tag("transport", transport));

    public void Closed(string transport, string reason)
    {
        _connections.Add(-1, Tag("transport", transport));
        _disconnects.Add(1, Tag("transport", transport), Tag("reason", reason));
    }

    public void Upgraded()
    {
        _upgrades.Add(1);
        _connections.Add(-1, Tag("transport", "polling"));
        _connections.Add(1, Tag("transport", "websocket"));
    }

    public void Refused(int code)
    {
        if (_refused.Enabled)
        {
            _refused.Add(1, Tag("code", code));
        }
    }

    /// <summary>A bound was reached.</summary>
    /// <param name="option">The option that sets it.</param>
    public void LimitExceeded(string option) => _limits.Add(1, Tag("limit", option));

    public void VolatileDropped() => _volatileDropped.Add(1);

    public void Received(int bytes)
    {
        _received.Add(1);
        _bytesReceived.Add(bytes);
    }

    public void Sent(int bytes)
    {
        _sent.Add(1);
        _bytesSent.Add(bytes);
    }

    public void Broadcast(int recipients) => _fanout.Record(recipients);

    public void Unhandled() => _unhandled.Add(1);

    public void HandlerFailed() => _handlerErrors.Add(1);

    public void HandlerRan(TimeSpan duration, string eventName) => _handlerDuration.Record(duration.TotalSeconds, Tag("event", eventName));

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
