namespace Flipr.Probe.Reports;

/// <summary>A stage of a <see cref="JsonRun"/>.</summary>
internal sealed record JsonStage(string Stage, Outcome Outcome, int ExitCode, double Milliseconds, string Summary, string? Fault, string? Cause, string? Remedy);
