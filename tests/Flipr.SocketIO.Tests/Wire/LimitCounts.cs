using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>What one server counts in <c>socketio.limits.exceeded</c>.</summary>
public sealed class LimitCounts : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _struck = new();

    public LimitCounts(WireServer server)
    {
        IMeterFactory meters = server.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "socketio.limits.exceeded" && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _struck.Enqueue((string)tags[0].Value!));
        _listener.Start();
    }

    /// <summary>The options whose limit struck, in order.</summary>
    public IReadOnlyList<string> Struck => [.. _struck];

    public void Dispose() => _listener.Dispose();
}
