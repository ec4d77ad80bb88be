using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a WebSocket opens, and Engine.IO on it.</summary>
internal sealed class WebSocketStage : IStage
{
    public string Id => "websocket";

    public string Title => "WebSocket";

    public int ExitCode => 17;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        try
        {
            await using WebSocketEngine connection = await WebSocketEngine.OpenAsync(context.Http, context.Options, sid: null, cancellationToken);
            context.Handshake ??= connection.Handshake;
            return Finding.Passed($"101, session opened{(context.Options.Origin is { } origin ? $" as from {origin}" : "")}");
        }
        catch (UpgradeRefusedException refused)
        {
            return Diagnosis.OfUpgrade(refused.Answer, context.Options, context.HasPassed("polling"));
        }
        catch (TimeoutException exception)
        {
            return Finding.Failed(
                "websocket-silent", $"the WebSocket handshake got {exception.Message}", "Something in between holds WebSockets back (a proxy that buffers, an inspecting firewall).",
                "Let the proxy pass Upgrade and turn its buffering off for this path; try from another network.");
        }
    }
}
