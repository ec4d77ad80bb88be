using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>What the server says first, if it says something unasked.</summary>
internal sealed class FirstEventStage : IStage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Id => "event";

    public string Title => "first event";

    public int ExitCode => 19;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        if (context.Connection is not { } connection)
        {
            return Finding.Skipped("not connected");
        }

        TimeSpan patience = context.Options.Timeout < Patience ? context.Options.Timeout : Patience;
        try
        {
            SocketPacket first = await connection.ReceiveAsync(packet => packet.Namespace == context.Options.Namespace && packet.EventName is not null, patience, cancellationToken);
            return Finding.Passed($"{Shorten.Text(first.EventName!)} {Shorten.Text(first.Data)}");
        }
        catch (TimeoutException)
        {
            return Finding.Passed($"none within {Deadline.Seconds(patience)}: this server sends nothing unasked");
        }
    }
}
