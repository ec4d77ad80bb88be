using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a message almost as large as the server takes passes, up and down.</summary>
internal sealed class PayloadStage : IStage
{
    /// <summary>For the event's own text, and for the one more that a server of Socket.IO counts.</summary>
    private const int Margin = 1024;

    /// <summary>Of a server that does not say its limit, or has none to speak of.</summary>
    private const int Most = 1_000_000;

    public string Id => "payload";

    public string Title => "large payload";

    public int ExitCode => 23;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        if (context.Connection is null)
        {
            return Finding.Skipped("not connected");
        }

        int size = Math.Max(Math.Min(context.Handshake?.MaxPayload ?? Most, Most) - Margin, 1);
        var seen = new List<string>();

        await using (EngineConnection connection = await context.OpenAsync(cancellationToken))
        {
            await UpAsync(connection, context.Options, size, cancellationToken);
            seen.Add($"{Bytes(size)} up over {connection.Transport}");
        }

        if (context.HasPassed("websocket") && context.HasPassed("polling") && context["affinity"]?.Outcome != Outcome.Failed)
        {
            await using PollingEngine polling = await PollingEngine.OpenAsync(context.Http, context.Options, cancellationToken);
            await NamespaceClient.JoinAsync(polling, context.Options, cancellationToken);
            await UpAsync(polling, context.Options, size, cancellationToken);
            seen.Add($"{Bytes(size)} up over polling");
        }

        seen.Add(await DownAsync(context, size, cancellationToken));
        return Finding.Passed(string.Join(", ", seen));
    }

    /// <summary>An event that nobody handles; what is asked after it must be answered.</summary>
    private static async Task UpAsync(EngineConnection connection, ProbeOptions options, int size, CancellationToken cancellationToken)
    {
        try
        {
            await connection.SendAsync(SocketPacket.Start(SocketPacket.Event, options.Namespace) + $"[\"flipr_probe_payload\",\"{new string('x', size)}\"]", cancellationToken);
            await NamespaceClient.EchoAsync(connection, options, length: 0, cancellationToken);
        }
        catch (ConnectionEndedException ended) when (ended.InnerException is not RequestRefusedException)
        {
            throw new FindingException(Finding.Failed(
                "payload-cut", $"{Bytes(size)} over {connection.Transport}: {ended.Message}", "The server announced that it takes this much; something in between does not, or the server is out of memory.",
                "Raise the proxy's limit for messages above the server's maxPayload; read the server's log."));
        }
    }

    private static async Task<string> DownAsync(ProbeContext context, int size, CancellationToken cancellationToken)
    {
        await using EngineConnection connection = await context.OpenAsync(cancellationToken);
        if (context.AnswersPingTest == true)
        {
            await PingStage.PingAsync(connection, context.Options, $"\"{new string('x', size)}\"", context.Options.Timeout, cancellationToken);
            return $"{Bytes(size)} down";
        }

        try
        {
            await NamespaceClient.EchoAsync(connection, context.Options, size, cancellationToken);
            return $"{Bytes(size)} down";
        }
        catch (Exception exception) when (exception is ConnectionEndedException or TimeoutException or RequestRefusedException)
        {
            return "down not looked at (nothing large can be asked of this server)";
        }
    }

    private static string Bytes(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} bytes");
}
