using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether the server lets the client into the namespace.</summary>
internal sealed class NamespaceStage : IStage
{
    public string Id => "namespace";

    public string Title => "namespace";

    public int ExitCode => 18;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        if (!context.HasPassed("websocket") && !context.HasPassed("polling"))
        {
            return Finding.Skipped("no transport works");
        }

        EngineConnection connection = context.Connection = await context.OpenAsync(cancellationToken);
        return Finding.Passed($"{context.Options.Namespace} joined over {connection.Transport}{(context.Options.Auth is null ? "" : " with auth")}");
    }
}
