using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a polling session moves over to a WebSocket, as the client does by default.</summary>
internal sealed class UpgradeStage : IStage
{
    public string Id => "upgrade";

    public string Title => "upgrade";

    public int ExitCode => 22;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        foreach (string needed in (string[])["polling", "websocket", "namespace"])
        {
            if (!context.HasPassed(needed))
            {
                return Finding.Skipped($"needs {needed}, which does not work");
            }
        }

        if (context["affinity"]?.Fault == "no-affinity")
        {
            return Finding.Skipped("needs session affinity, which is missing");
        }

        if (!context.Handshake!.OffersWebSocket)
        {
            return Finding.Skipped("the server offers none (its option allowUpgrades): clients stay on the transport they begin with");
        }

        long started = TimeProvider.System.GetTimestamp();
        await using PollingEngine polling = await PollingEngine.OpenAsync(context.Http, options, cancellationToken);
        await NamespaceClient.JoinAsync(polling, options, cancellationToken);
        await using WebSocketEngine webSocket = await WebSocketEngine.OpenAsync(context.Http, options, polling.Handshake!.Sid, cancellationToken);
        await webSocket.SendAsync("2probe", cancellationToken);
        string probe = await webSocket.ReceiveAsync(options.Timeout, cancellationToken);
        if (probe != "3probe")
        {
            return Finding.Failed(
                "upgrade-refused", $"2probe was answered {Shorten.Text(probe)}", "The WebSocket reached another server than the polling session.", "Balance WebSockets by the same affinity as the other requests.");
        }

        await polling.LeaveAsync().WaitAsync(options.Timeout, cancellationToken);
        await webSocket.SendAsync("5", cancellationToken);
        await NamespaceClient.EchoAsync(webSocket, options, length: 0, cancellationToken);
        return Finding.Passed(string.Create(CultureInfo.InvariantCulture, $"polling to websocket in {TimeProvider.System.GetElapsedTime(started).TotalMilliseconds:0} ms, and messages after it arrive"));
    }
}
