using System.Diagnostics.Metrics;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The server's metrics, in the meter <c>Flipr.SocketIO</c>. What nobody listens to costs a branch.</summary>
/// <remarks>Listeners are not the server's own code. What one of them throws reaches nobody who measures: what is measured has happened.</remarks>
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
    private readonly Counter<long> _eventsReceived;
    private readonly Counter<long> _eventsSent;
    private readonly Counter<long> _received;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _bytesReceived;
    private readonly Counter<long> _bytesSent;
    private readonly Counter<long> _unhandled;
    private readonly Counter<long> _handlerErrors;
    private readonly Histogram<double> _handlerDuration;
    private readonly Histogram<int> _fanout;
    private Func<(long Messages, long Bytes)>? _outbound;
    private bool _hasListenerFailed;

    /// <summary>Creates the metrics of one server.</summary>
    /// <param name="meterFactory">Where the meter comes from.</param>
    /// <param name="server">The server's name, a tag of its meter (<c>socketio.server</c>); empty for the one without.</param>
    public SocketIOMetrics(IMeterFactory meterFactory, string server)
    {
        Meter meter = meterFactory.Create(new MeterOptions(MeterName) { Tags = server.Length == 0 ? null : [Tag("socketio.server", server)] });
        _connections = meter.CreateUpDownCounter<long>("socketio.connections", "{connection}", "Open connections.");
        _disconnects = meter.CreateCounter<long>("socketio.disconnects", "{connection}", "Connections that ended.");
        _upgrades = meter.CreateCounter<long>("socketio.upgrades", "{upgrade}", "Upgrades from polling to WebSocket.");
        _refused = meter.CreateCounter<long>("socketio.requests.refused", "{request}", "Refused requests.");
        _limits = meter.CreateCounter<long>("socketio.limits.exceeded", "{event}", "How often a limit struck.");
        _volatileDropped = meter.CreateCounter<long>("socketio.messages.dropped", "{message}", "Volatile messages dropped because the client was not ready.");
        _eventsReceived = meter.CreateCounter<long>("socketio.events.received", "{event}", "Events received.");
        _eventsSent = meter.CreateCounter<long>("socketio.events.sent", "{event}", "Events emitted; one to many sockets is one.");
        _received = meter.CreateCounter<long>("socketio.messages.received", "{message}", "Messages received; attachments count as messages.");
        _sent = meter.CreateCounter<long>("socketio.messages.sent", "{message}", "Messages handed to connections.");
        _bytesReceived = meter.CreateCounter<long>("socketio.io.received", "By", "Bytes of the messages received.");
        _bytesSent = meter.CreateCounter<long>("socketio.io.sent", "By", "Bytes of the messages handed to connections.");
        _unhandled = meter.CreateCounter<long>("socketio.events.unhandled", "{event}", "Events that no handler is registered for.");
        _handlerErrors = meter.CreateCounter<long>("socketio.handlers.errors", "{error}", "Exceptions thrown by handlers.");
        _handlerDuration = meter.CreateHistogram("socketio.handlers.duration", "s", "How long the handlers of an event ran.", tags: null, DurationAdvice);
        _fanout = meter.CreateHistogram("socketio.broadcast.recipients", "{socket}", "How many sockets a broadcast went to.", tags: null, FanoutAdvice);
        meter.CreateObservableUpDownCounter("socketio.outbound.messages", () => _outbound?.Invoke().Messages ?? 0, "{message}", "Messages that wait to be sent.");
        meter.CreateObservableUpDownCounter("socketio.outbound.size", () => _outbound?.Invoke().Bytes ?? 0, "By", "Bytes that wait to be sent, or for clients to take them.");
    }

    /// <summary>Whether events are to be counted.</summary>
    public bool CountsEvents => _eventsReceived.Enabled;

    /// <summary>Whether handlers are to be timed.</summary>
    public bool TimesHandlers => _handlerDuration.Enabled;

    public void Opened(string transport) => Add(_connections, 1, Tag("socketio.transport", transport));

    public void Closed(string transport, string reason)
    {
        Add(_connections, -1, Tag("socketio.transport", transport));
        Add(_disconnects, 1, Tag("socketio.transport", transport), Tag("socketio.disconnect.reason", reason));
    }

    public void Upgraded()
    {
        Add(_upgrades, 1);
        Add(_connections, -1, Tag("socketio.transport", "polling"));
        Add(_connections, 1, Tag("socketio.transport", "websocket"));
    }

    public void Refused(int code)
    {
        if (_refused.Enabled)
        {
            Add(_refused, 1, Tag("socketio.error.code", code));
        }
    }

    /// <summary>A bound was reached.</summary>
    /// <param name="option">The option that sets it.</param>
    public void LimitExceeded(string option) => Add(_limits, 1, Tag("socketio.limit", option));

    public void VolatileDropped() => Add(_volatileDropped, 1);

    public void Received(int bytes)
    {
        Add(_received, 1);
        Add(_bytesReceived, bytes);
    }

    public void Sent(int bytes)
    {
        Add(_sent, 1);
        Add(_bytesSent, bytes);
    }

    public void Broadcast(int recipients) => Record(_fanout, recipients);

    /// <summary>An event that handlers are registered for has arrived: only those names are the application's own, and not endlessly many.</summary>
    public void EventReceived(string eventName) => Add(_eventsReceived, 1, Tag("socketio.event", eventName));

    public void EventSent(string eventName) => Add(_eventsSent, 1, Tag("socketio.event", eventName));

    public void Unhandled()
    {
        Add(_unhandled, 1);
        Add(_eventsReceived, 1, Tag("socketio.event", "_OTHER"));
    }

    /// <summary>Says how to find out what waits to be sent; asked only when somebody collects.</summary>
    public void ObserveOutbound(Func<(long Messages, long Bytes)> measure) => _outbound = measure;

    public void HandlerFailed() => Add(_handlerErrors, 1);

    public void HandlerRan(TimeSpan duration, string eventName) => Record(_handlerDuration, duration.TotalSeconds, Tag("socketio.event", eventName));

    /// <summary>Told of what a listener has thrown, the first time.</summary>
    public Action<Exception>? OnListenerFailed { get; set; }

    private void Add(Counter<long> counter, long delta, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
        {
            return;
        }

        try
        {
            counter.Add(delta, tags);
        }
        catch (Exception exception)
        {
            Tell(exception);
        }
    }

    private void Add(UpDownCounter<long> counter, long delta, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!counter.Enabled)
        {
            return;
        }

        try
        {
            counter.Add(delta, tags);
        }
        catch (Exception exception)
        {
            Tell(exception);
        }
    }

    private void Record<T>(Histogram<T> histogram, T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
    {
        if (!histogram.Enabled)
        {
            return;
        }

        try
        {
            histogram.Record(value, tags);
        }
        catch (Exception exception)
        {
            Tell(exception);
        }
    }

    private void Tell(Exception exception)
    {
        if (!Interlocked.Exchange(ref _hasListenerFailed, true))
        {
            OnListenerFailed?.Invoke(exception);
        }
    }

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
