namespace Flipr.Testing.Otlp;

/// <summary>A point of a metric as it was exported.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Scope">The meter.</param>
/// <param name="Name">The instrument.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Attributes">The point's attributes.</param>
/// <param name="Value">A number's value, a histogram's sum.</param>
public sealed record OtlpMetric(string Service, string Scope, string Name, string Unit, IReadOnlyDictionary<string, string> Attributes, double Value)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    /// <summary>Reads an <c>ExportMetricsServiceRequest</c>.</summary>
    internal static IEnumerable<OtlpMetric> ReadAll(ProtobufMessage request) =>
        from resource in request.Messages(1)
        let service = OtlpReceiver.ServiceOf(resource)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from data in metric.Messages(Gauge).Concat(metric.Messages(Sum)).Concat(metric.Messages(Histogram))
        from point in data.Messages(1)
        let isHistogram = metric.Has(Histogram)
        select new OtlpMetric(
            service, scope.Messages(1).First().Text(1), metric.Text(1), metric.Text(3), OtlpAttributes.Read(point, isHistogram ? 9 : 7),
            isHistogram ? point.Real(5) : point.Has(6) ? (long)point.Number(6) : point.Real(4));
}
