using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>nginx lets everything through, within limits that are too tight.</summary>
public sealed class ProxyLimitFaultTests
{
    [Fact]
    public async Task A_proxy_that_cuts_idle_connections_before_the_heartbeat_is_found()
    {
        await using NodeServer server = await NodeServer.StartAsync();
        await using Proxy proxy = await Proxy.StartAsync(Proxy.Upgrade + " proxy_read_timeout 5s;", server.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority);

        FaultTable.Holds("nginx with proxy_read_timeout 5s, heartbeats every 25 s", "idle-cut", "idle", result, proxy.Authority);
        Assert.Contains("it breaks after", result.Client("['websocket', 'polling']").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_takes_smaller_bodies_than_the_server_is_found()
    {
        await using NodeServer server = await NodeServer.StartAsync();
        await using Proxy proxy = await Proxy.StartAsync(Proxy.Upgrade + " client_max_body_size 100k;", server.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority, "--no-idle");

        FaultTable.Holds("nginx with client_max_body_size 100k", "too-large", "payload", result, proxy.Authority);
    }

    [Fact]
    public async Task A_proxy_that_is_set_up_right_passes()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { pingInterval = 1000 } });
        await using Proxy proxy = await Proxy.StartAsync(Proxy.Upgrade, server.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.All(result.Outcomes, stage => Assert.NotEqual("Failed", stage.Outcome));
    }
}
