using System.Text.Json.Serialization;

namespace Flipr.Probe.Reports;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(JsonRun))]
internal sealed partial class JsonReportContext : JsonSerializerContext;
