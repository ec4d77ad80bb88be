using System.Text.Encodings.Web;
using System.Text.Json;
using Flipr.Probe.Stages;

namespace Flipr.Probe.Reports;

/// <summary>One JSON document for programs, at the end; docs/probe.md has its schema.</summary>
internal sealed class JsonReport(TextWriter output) : IReport
{
    // For terminals and files, never for a page: quotes and letters stay readable.
    private static readonly JsonReportContext Readable = new(new JsonSerializerOptions(JsonReportContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly List<JsonStage> _stages = [];
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly long _timestamp = TimeProvider.System.GetTimestamp();
    private ProbeOptions _options = null!;

    public void Begin(ProbeOptions options) => _options = options;

    public void Begin(IStage stage)
    {
    }

    public void End(IStage stage, Finding finding, TimeSpan took) => _stages.Add(new JsonStage(
        stage.Id, finding.Outcome, stage.ExitCode, Math.Round(took.TotalMilliseconds, 1), finding.Summary, finding.Fault, finding.Cause, finding.Remedy));

    public void End(ClientVerdict[] clients, int exitCode)
    {
        var run = new JsonRun(
            JsonRun.SchemaVersion, ProbeVersion.Text, _options.Endpoint.ToString(), _options.Namespace, _options.Origin, _started,
            Math.Round(TimeProvider.System.GetElapsedTime(_timestamp).TotalMilliseconds, 1), exitCode, _stages, clients);
        output.WriteLine(JsonSerializer.Serialize(run, Readable.JsonRun));
    }
}
