using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>How long a round trip takes: <c>ping_test</c>, which Flipr answers; elsewhere one that every server makes.</summary>
internal sealed class PingStage : IStage
{
    private const int Rounds = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Id => "ping";

    public string Title => "ping";

    public int ExitCode => 20;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        if (context.Connection is not { } connection)
        {
            return Finding.Skipped("not connected");
        }

        ProbeOptions options = context.Options;
        var times = new List<double>();
        try
        {
            await PingAsync(connection, options, "0", options.Timeout < Patience ? options.Timeout : Patience, cancellationToken);
            context.AnswersPingTest = true;
        }
        catch (TimeoutException)
        {
            context.AnswersPingTest = false;
        }

        for (int round = 1; round <= Rounds; round++)
        {
            long started = TimeProvider.System.GetTimestamp();
            if (context.AnswersPingTest.Value)
            {
                await PingAsync(connection, options, round.ToString(CultureInfo.InvariantCulture), options.Timeout, cancellationToken);
            }
            else
            {
                await NamespaceClient.EchoAsync(connection, options, length: 0, cancellationToken);
            }

            times.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        times.Sort();
        string what = context.AnswersPingTest.Value ? "ping_test" : "ping_test is not answered (no Flipr server); round trips of a CONNECT to a namespace that does not exist:";
        return Finding.Passed(string.Create(
            CultureInfo.InvariantCulture, $"{what} p50 {At(times, 0.50):0.##} ms, p90 {At(times, 0.90):0.##} ms, p99 {At(times, 0.99):0.##} ms of {Rounds} over {connection.Transport}"));
    }

    /// <summary>Sends <c>ping_test</c> and waits for its answer.</summary>
    /// <exception cref="TimeoutException">None came.</exception>
    public static async Task PingAsync(EngineConnection connection, ProbeOptions options, string json, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await connection.SendAsync(SocketPacket.Start(SocketPacket.Event, options.Namespace) + $"[\"ping_test\",{json}]", cancellationToken);
        await connection.ReceiveAsync(packet => packet.Namespace == options.Namespace && packet.EventName == "pong_response", timeout, cancellationToken);
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
