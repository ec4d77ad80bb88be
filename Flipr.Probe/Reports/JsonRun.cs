namespace Flipr.Probe.Reports;

/// <summary>A run as JSON. A field that changes its meaning or goes raises <see cref="SchemaVersion"/>; one more does not.</summary>
internal sealed record JsonRun(
    int Version, string Probe, string Endpoint, string Namespace, string? Origin, DateTimeOffset Started, double Milliseconds, int ExitCode,
    IReadOnlyList<JsonStage> Stages, IReadOnlyList<ClientVerdict> Clients)
{
    public const int SchemaVersion = 1;
}
