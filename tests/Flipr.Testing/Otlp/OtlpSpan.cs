namespace Flipr.Testing.Otlp;

/// <summary>A span as it was exported.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Scope">The source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="TraceId">The trace's id.</param>
/// <param name="SpanId">Its id.</param>
/// <param name="ParentId">Its parent's id; empty for a root.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Links">The ids of the spans it links to.</param>
/// <param name="IsError">Whether its status is an error.</param>
public sealed record OtlpSpan(
    string Service, string Scope, string Name, OtlpSpanKind Kind, string TraceId, string SpanId, string ParentId,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Links, bool IsError)
{
    /// <summary>Reads an <c>ExportTraceServiceRequest</c>.</summary>
    internal static IEnumerable<OtlpSpan> ReadAll(ProtobufMessage request) =>
        from resource in request.Messages(1)
        let service = OtlpReceiver.ServiceOf(resource)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new OtlpSpan(
            service, scope.Messages(1).First().Text(1), span.Text(5), (OtlpSpanKind)span.Number(6), span.Hex(1), span.Hex(2), span.Hex(4),
            OtlpAttributes.Read(span, 9), [.. span.Messages(13).Select(link => link.Hex(2))],
            span.Messages(15).FirstOrDefault()?.Number(3) == 2);
}
