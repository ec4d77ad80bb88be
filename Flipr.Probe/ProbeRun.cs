using Flipr.Probe.Reports;
using Flipr.Probe.Stages;

namespace Flipr.Probe;

/// <summary>One diagnosis, from the name to the verdict.</summary>
internal static class ProbeRun
{
    /// <summary>In this order: each rests on those before it, and the slowest comes last.</summary>
    public static IReadOnlyList<IStage> Stages { get; } =
    [
        new NameStage(), new TcpStage(), new TlsStage(), new HttpStage(), new HealthStage(), new PollingStage(), new CorsStage(), new WebSocketStage(), new NamespaceStage(),
        new FirstEventStage(), new PingStage(), new AffinityStage(), new UpgradeStage(), new PayloadStage(), new ProtocolStage(), new IdleStage(),
    ];

    /// <summary>Runs every stage.</summary>
    /// <returns>The exit code: of the first stage that failed, else 0.</returns>
    public static async Task<int> RunAsync(ProbeOptions options, IReport report, CancellationToken cancellationToken)
    {
        report.Begin(options);
        await using var context = new ProbeContext(options);
        int exitCode = 0;
        IStage? last = null;
        foreach (IStage stage in Stages)
        {
            report.Begin(stage);
            long started = TimeProvider.System.GetTimestamp();
            Finding finding = last is null ? await RunAsync(stage, context, cancellationToken) : Finding.Skipped($"{last.Title} failed");
            context.Add(stage.Id, finding);
            report.End(stage, finding, TimeProvider.System.GetElapsedTime(started));
            if (finding.Outcome == Outcome.Failed)
            {
                exitCode = exitCode == 0 ? stage.ExitCode : exitCode;
                last = finding.EndsTheRun ? stage : last;
            }
        }

        report.End(Verdict.Of(context), exitCode);
        return exitCode;
    }

    private static async Task<Finding> RunAsync(IStage stage, ProbeContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await stage.RunAsync(context, cancellationToken);
        }
        catch (Exception exception) when (Diagnosis.OfException(exception, context.Options) is not null)
        {
            return Diagnosis.OfException(exception, context.Options)!;
        }
    }
}
