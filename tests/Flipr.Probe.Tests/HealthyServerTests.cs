using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>Nothing is wrong, and the probe says so.</summary>
public sealed class HealthyServerTests
{
    [Fact]
    public async Task Fliprs_backend_passes_every_stage_across_a_heartbeat()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--origin", "https://app.flipr.realty");

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.All(result.Outcomes, stage => Assert.Equal(stage.Stage == "tls" ? "Skipped" : "Passed", stage.Outcome));
        Assert.Contains("connection_status", result.SummaryOf("event"), StringComparison.Ordinal);
        Assert.StartsWith("ping_test p50", result.SummaryOf("ping"), StringComparison.Ordinal);
        Assert.Contains("heartbeat answered", result.SummaryOf("idle"), StringComparison.Ordinal);
        Assert.All(result.Run.GetProperty("clients").EnumerateArray(), client => Assert.True(client.GetProperty("connects").GetBoolean()));
    }
}
