using System.Diagnostics.Metrics;
using Flipr.Api.Changes;
using Flipr.Api.Security;

namespace Flipr.Api.Telemetry;

/// <summary>The backend's own metrics, in the meter <c>Flipr.Api</c> (docs/telemetry.md). What nobody listens to costs a branch.</summary>
internal sealed class FliprMetrics
{
    public const string MeterName = "Flipr.Api";

    private static readonly InstrumentAdvice<double> DelayAdvice = new()
    {
        HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    };

    private static readonly InstrumentAdvice<int> BatchAdvice = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] };

    private readonly Counter<long> _announced;
    private readonly Histogram<double> _delay;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _anonymousUpdates;
    private readonly Counter<long> _refusedUpdates;
    private readonly Counter<long> _refusedEvents;
    private Func<long>? _lag;

    public FliprMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        _announced = meter.CreateCounter<long>("flipr.changes.announced", "{change}", "Changes announced to whoever watches.");
        _delay = meter.CreateHistogram("flipr.changelog.delay", "s", "From the first word of a commit until what there was is announced.", tags: null, DelayAdvice);
        _batchSize = meter.CreateHistogram("flipr.store.batch.size", "{change}", "Changes that were stored in one transaction.", tags: null, BatchAdvice);
        _anonymousUpdates = meter.CreateCounter<long>("flipr.updates.anonymous", "{update}", "Updates taken without an API key although one is set.");
        _refusedUpdates = meter.CreateCounter<long>("flipr.updates.refused", "{update}", "Updates refused by a limit.");
        _refusedEvents = meter.CreateCounter<long>("flipr.events.refused", "{event}", "Events of clients refused because they came too fast.");
        meter.CreateObservableGauge("flipr.changelog.lag", () => _lag?.Invoke() ?? 0, "{change}", "Changes that were seen in the log and are not announced yet.");
    }

    public void Announced(ChangeKind kind) => _announced.Add(1, new KeyValuePair<string, object?>("flipr.change.kind", kind switch
    {
        ChangeKind.New => "new",
        ChangeKind.Updated => "updated",
        _ => "deleted",
    }));

    public void Delayed(TimeSpan delay) => _delay.Record(delay.TotalSeconds);

    public void Stored(int changes) => _batchSize.Record(changes);

    public void UpdatedAnonymously() => _anonymousUpdates.Add(1);

    public void UpdateRefused(UpdateLimit limit) => _refusedUpdates.Add(1, new KeyValuePair<string, object?>("flipr.limit", limit switch
    {
        UpdateLimit.Rate => "rate",
        UpdateLimit.ClientBytes => "client_bytes",
        UpdateLimit.TotalBytes => "total_bytes",
        UpdateLimit.Bodies => "bodies",
        _ => "body_time",
    }));

    /// <param name="isEnd">Whether the client's connection was ended for it.</param>
    public void EventRefused(bool isEnd) => _refusedEvents.Add(1, new KeyValuePair<string, object?>("flipr.limit", isEnd ? "ended" : "wait"));

    /// <summary>Says how to find out how far the announcing is behind; asked only when somebody collects.</summary>
    public void ObserveLag(Func<long> measure) => _lag = measure;
}
