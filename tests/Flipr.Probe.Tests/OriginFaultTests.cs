using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>The page's origin is not allowed, or not in the way that its cookies need.</summary>
public sealed class OriginFaultTests
{
    private const string Page = "https://app.flipr.realty";

    [Fact]
    public async Task A_foreign_origin_is_refused_by_our_server_on_both_transports()
    {
        await using WebServer server = await WebServer.StartSocketIOAsync(origin: Page);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--origin", "https://elsewhere.example");

        FaultTable.Holds("a foreign origin, a Flipr.SocketIO server", "origin-refused", "cors", result, server.Authority);
        Assert.Equal("origin-refused", ProbeResult.Text(result["websocket"], "fault"));
        Assert.False(result.Client("['websocket', 'polling']").Connects);
    }

    [Fact]
    public async Task A_page_that_our_server_allows_passes()
    {
        await using WebServer server = await WebServer.StartSocketIOAsync(origin: Page);

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--origin", Page);

        Assert.True(result.ExitCode == 0, result.Output);
        Assert.Equal("Passed", result.OutcomeOf("cors"));
    }

    [Fact]
    public async Task A_server_that_knows_no_CORS_is_told_so_and_its_WebSocket_works_still()
    {
        await using NodeServer server = await NodeServer.StartAsync();

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--origin", Page);

        FaultTable.Holds("a foreign origin, a Node server without cors", "cors-missing", "cors", result, server.Authority);
        Assert.True(result.Client("['websocket', 'polling']").Connects);
        Assert.False(result.Client("['polling', 'websocket']").Connects);
    }

    [Fact]
    public async Task A_wildcard_is_no_permission_for_a_client_with_credentials()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { cors = new { origin = "*", credentials = true } } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--origin", Page);

        FaultTable.Holds("cors.origin: '*' for a client with credentials", "cors-wildcard", "cors", result, server.Authority);
    }

    [Fact]
    public async Task An_origin_that_is_allowed_without_credentials_is_told_so()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { cors = new { origin = Page } } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--origin", Page);

        FaultTable.Holds("cors without credentials: true", "cors-credentials", "cors", result, server.Authority);
    }
}
