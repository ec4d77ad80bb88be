namespace Flipr.Testing.Otlp;

/// <summary>A log entry as it was exported.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Body">The message.</param>
/// <param name="TraceId">The trace it belongs to; empty if none.</param>
/// <param name="Attributes">Its fields, and those of its scopes.</param>
public sealed record OtlpLog(string Service, string Body, string TraceId, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Reads an <c>ExportLogsServiceRequest</c>.</summary>
    internal static IEnumerable<OtlpLog> ReadAll(ProtobufMessage request) =>
        from resource in request.Messages(1)
        let service = OtlpReceiver.ServiceOf(resource)
        from scope in resource.Messages(2)
        from entry in scope.Messages(2)
        select new OtlpLog(service, OtlpAttributes.Text(entry.Messages(5).First()), entry.Hex(9), OtlpAttributes.Read(entry, 6));
}
