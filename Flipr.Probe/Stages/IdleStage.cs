using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a connection on which nothing but heartbeats happens stays.</summary>
internal sealed class IdleStage : IStage
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);

    public string Id => "idle";

    public string Title => "idle connection";

    public int ExitCode => 25;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        if (options.Idle == TimeSpan.Zero)
        {
            return Finding.Skipped("--no-idle");
        }

        if (context.Connection is null)
        {
            return Finding.Skipped("not connected");
        }

        await using EngineConnection connection = await context.OpenAsync(cancellationToken);
        Handshake handshake = connection.Handshake!;
        TimeSpan wanted = handshake.PingInterval + Margin;
        TimeSpan idle = options.Idle ?? (wanted < Longest ? wanted : Longest);
        try
        {
            await connection.Ended.WaitAsync(idle, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Survived(connection, idle, handshake);
        }

        context.IdleCut = connection.Silence;
        string reason = await ReasonAsync(connection, cancellationToken);
        return Finding.Failed(
            "idle-cut", string.Create(CultureInfo.InvariantCulture, $"the connection was cut after {connection.Silence.TotalSeconds:0} s without traffic, {connection.Heartbeats} heartbeats in: {reason}"),
            string.Create(
                CultureInfo.InvariantCulture, $"Something in between cuts what is idle for {connection.Silence.TotalSeconds:0} s, and the server's pingInterval is {handshake.PingInterval.TotalSeconds:0.###} s."),
            "Raise the idle timeout of the proxy above pingInterval (nginx: proxy_read_timeout 75s;), or lower the server's pingInterval below it.");
    }

    private static Finding Survived(EngineConnection connection, TimeSpan idle, Handshake handshake)
    {
        if (connection.Heartbeats == 0 && idle > handshake.PingInterval + TimeSpan.FromSeconds(1))
        {
            return Finding.Failed(
                "no-heartbeat", $"no ping came in {Deadline.Seconds(idle)}, and the server's pingInterval is {Deadline.Seconds(handshake.PingInterval)}",
                "Something in between holds messages back (buffering), or the server hangs.", "Turn buffering off in the proxy for this path; look at the server.");
        }

        TimeSpan silence = connection.LongestSilence > connection.Silence ? connection.LongestSilence : connection.Silence;
        string heartbeats = connection.Heartbeats == 1 ? "1 heartbeat" : $"{connection.Heartbeats} heartbeats";
        string none = connection.Heartbeats == 0 ? $" (none was due: pingInterval is {Deadline.Seconds(handshake.PingInterval)})" : "";
        return Finding.Passed(string.Create(
            CultureInfo.InvariantCulture, $"still there after {Deadline.Seconds(idle)}, {heartbeats} answered{none}, longest silence {silence.TotalSeconds:0.#} s, over {connection.Transport}"));
    }

    private static async Task<string> ReasonAsync(EngineConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await connection.ReceiveAsync(TimeSpan.FromSeconds(1), cancellationToken); // What came before its end.
            }
        }
        catch (ConnectionEndedException ended)
        {
            return ended.Message;
        }
    }
}
