using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>The server is well, and nginx before it is not set up for it.</summary>
public sealed class ProxyFaultTests
{
    [Fact]
    public async Task A_proxy_that_drops_the_Upgrade_is_named_and_the_frontend_cannot_connect_though_polling_could()
    {
        await using NodeServer server = await NodeServer.StartAsync();
        await using Proxy proxy = await Proxy.StartAsync("", server.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority, "--no-idle");

        FaultTable.Holds("nginx without the Upgrade headers", "upgrade-dropped", "websocket", result, proxy.Authority);
        (bool connects, string reason) = result.Client("['websocket', 'polling']");
        Assert.False(connects);
        Assert.Contains("does not fall back to polling", reason, StringComparison.Ordinal);
        Assert.True(result.Client("['polling', 'websocket']").Connects);
    }

    [Fact]
    public async Task The_same_proxy_before_our_server_is_named_too()
    {
        await using WebServer server = await WebServer.StartSocketIOAsync();
        await using Proxy proxy = await Proxy.StartAsync("", server.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority, "--no-idle");

        Assert.Equal((17, "upgrade-dropped"), (result.ExitCode, ProbeResult.Text(result["websocket"], "fault")));
    }

    [Fact]
    public async Task Two_servers_without_affinity_are_found_by_a_session_that_one_of_them_does_not_know()
    {
        await using NodeServer one = await NodeServer.StartAsync();
        await using NodeServer other = await NodeServer.StartAsync();
        await using Proxy proxy = await Proxy.StartAsync(Proxy.Upgrade, one.Port, other.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority, "--no-idle");

        FaultTable.Holds("nginx balancing two servers without affinity", "no-affinity", "affinity", result, proxy.Authority);
        Assert.True(result.Client("['websocket', 'polling']").Connects);
        Assert.False(result.Client("['polling', 'websocket']").Connects);
    }

    [Fact]
    public async Task Affinity_that_hangs_on_a_cookie_is_a_warning_for_it_holds_only_for_clients_with_credentials()
    {
        await using NodeServer one = await NodeServer.StartAsync();
        await using NodeServer other = await NodeServer.StartAsync();
        await using Proxy proxy = await Proxy.StartStickyAsync(one.Port, other.Port);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(proxy.Authority, "--no-idle");

        FaultTable.Holds("nginx balancing two servers with affinity by a cookie", "affinity-by-cookie", "affinity", result, proxy.Authority);
        Assert.Contains("withCredentials: true only", result.Client("['polling', 'websocket']").Reason, StringComparison.Ordinal);
    }
}
