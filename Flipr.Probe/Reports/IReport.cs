using Flipr.Probe.Stages;

namespace Flipr.Probe.Reports;

/// <summary>Tells of a run.</summary>
internal interface IReport
{
    void Begin(ProbeOptions options);

    void Begin(IStage stage);

    void End(IStage stage, Finding finding, TimeSpan took);

    void End(ClientVerdict[] clients, int exitCode);
}
