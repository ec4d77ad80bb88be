using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>Nothing is wrong with a server of Node's either.</summary>
public sealed class HealthyNodeServerTests
{
    private static readonly object Settings = new { options = new { pingInterval = 1000, cors = new { origin = "https://app.flipr.realty", credentials = true } } };

    [Fact]
    public async Task A_Node_server_passes_every_stage_across_heartbeats_and_what_it_does_not_offer_is_no_fault()
    {
        await using NodeServer server = await NodeServer.StartAsync(Settings);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--origin", "https://app.flipr.realty");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.All(result.Outcomes, stage => Assert.Equal(stage.Stage is "tls" or "health" ? "Skipped" : "Passed", stage.Outcome));
        Assert.StartsWith("not offered", result.SummaryOf("health"), StringComparison.Ordinal);
        Assert.StartsWith("none within", result.SummaryOf("event"), StringComparison.Ordinal);
        Assert.Contains("no Flipr server", result.SummaryOf("ping"), StringComparison.Ordinal);
        Assert.Contains("down", result.SummaryOf("payload"), StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 heartbeats", result.SummaryOf("idle"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_terminal_shows_each_stage_with_its_time_and_the_verdict()
    {
        await using NodeServer server = await NodeServer.StartAsync(Settings);

        (int exitCode, string output) = await ProbeProgram.RunAsync([server.Authority, "--idle", "2"]);

        Assert.Equal(0, exitCode);
        Assert.Matches(@"(?m)^  ok       WebSocket +\d+ ms  101, session opened", output);
        Assert.Matches(@"(?m)^  ok       idle connection +\d+ ms  still there after 2 s", output);
        Assert.Contains("['websocket', 'polling']  yes: over WebSocket", output, StringComparison.Ordinal);
        Assert.EndsWith("Every stage that ran passed; skipped: TLS, health, CORS.", output.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output); // No colours into a file.
    }

    [Fact]
    public async Task A_server_that_takes_old_clients_too_is_told_so()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { allowEIO3 = true } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Contains("EIO=3 too", result.SummaryOf("protocol"), StringComparison.Ordinal);
    }
}
