using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests.Limits;

/// <summary>What a host counts in one metric, by the value of one attribute.</summary>
internal sealed class Counters : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _counted = new(StringComparer.Ordinal);

    public Counters(ApiHost api, string metric)
    {
        IMeterFactory scope = api.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == metric && instrument.Meter.Scope == scope)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, measurement, tags, _) =>
            _counted.AddOrUpdate(tags.Length == 0 ? "" : tags[0].Value?.ToString() ?? "", measurement, (_, counted) => counted + measurement));
        _listener.Start();
    }

    public long this[string attribute] => _counted.GetValueOrDefault(attribute);

    public void Dispose() => _listener.Dispose();
}
