using Flipr.Probe.Tests.Support;

namespace Flipr.Probe.Tests;

/// <summary>Node's server with settings that keep clients out.</summary>
public sealed class ServerFaultTests
{
    [Fact]
    public async Task A_server_without_WebSocket_is_told_from_a_proxy_that_drops_it()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { transports = (string[])["polling"] } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle");

        FaultTable.Holds("a server with transports: ['polling']", "transport-off", "websocket", result, server.Authority);
        Assert.False(result.Client("['websocket', 'polling']").Connects);
        Assert.True(result.Client("['polling', 'websocket']").Connects);
    }

    [Fact]
    public async Task A_server_without_polling_serves_the_frontend_and_not_the_clients_default()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { transports = (string[])["websocket"] } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle");

        FaultTable.Holds("a server with transports: ['websocket']", "transport-off", "polling", result, server.Authority);
        Assert.True(result.Client("['websocket', 'polling']").Connects);
        Assert.False(result.Client("['polling', 'websocket']").Connects);
    }

    [Fact]
    public async Task A_middleware_that_refuses_is_shown_with_its_message()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { refuse = "who are you?", token = "open sesame" });

        ProbeResult refused = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle");
        ProbeResult admitted = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--auth", """{"token":"open sesame"}""");

        FaultTable.Holds("a middleware that refuses the client", "namespace-refused", "namespace", refused, server.Authority);
        Assert.True(admitted.ExitCode == 0, admitted.Output);
        Assert.DoesNotContain("sesame", admitted.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_namespace_that_the_server_has_not_is_told_so()
    {
        await using NodeServer server = await NodeServer.StartAsync();

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--namespace", "/admin");

        FaultTable.Holds("a namespace that the server does not have", "namespace-unknown", "namespace", result, server.Authority);
    }

    [Fact]
    public async Task A_server_of_Socket_IO_2_is_named_so()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { version = 2 });

        FaultTable.Holds("a Socket.IO 2 server", "eio3-server", "polling", await ProbeProgram.DiagnoseAsync(server.Authority), server.Authority);
    }

    [Fact]
    public async Task A_server_of_Socket_IO_2_without_polling_is_named_so_too()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { version = 2, options = new { transports = (string[])["websocket"] } });

        ProbeResult result = await ProbeProgram.DiagnoseAsync(server.Authority);

        Assert.Equal("eio3-server", ProbeResult.Text(result["namespace"], "fault"));
        Assert.All(result.Run.GetProperty("clients").EnumerateArray(), client => Assert.False(client.GetProperty("connects").GetBoolean()));
    }

    [Fact]
    public async Task A_bare_Node_server_at_another_path_is_silence_and_the_path_is_named_as_a_cause()
    {
        await using NodeServer server = await NodeServer.StartAsync(new { options = new { path = "/live/" } });

        ProbeResult wrong = await ProbeProgram.DiagnoseAsync(server.Authority, "--timeout", "2");
        ProbeResult right = await ProbeProgram.DiagnoseAsync(server.Authority, "--no-idle", "--path", "live");

        Assert.Equal((13, "no-answer"), (wrong.ExitCode, ProbeResult.Text(wrong["http"], "fault")));
        Assert.Contains("--path", ProbeResult.Text(wrong["http"], "remedy"), StringComparison.Ordinal);
        Assert.True(right.ExitCode == 0, right.Output);
    }
}
