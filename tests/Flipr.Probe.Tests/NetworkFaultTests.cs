using System.Net;
using System.Net.Sockets;
using Flipr.Probe.Tests.Support;
using Microsoft.AspNetCore.Builder;

namespace Flipr.Probe.Tests;

/// <summary>Nothing of Socket.IO is reached.</summary>
public sealed class NetworkFaultTests
{
    [Fact]
    public async Task A_name_that_nobody_has_is_named_so_and_nothing_else_is_tried()
    {
        ProbeResult result = await ProbeProgram.DiagnoseAsync("https://flipr-backend.invalid");

        FaultTable.Holds("a host name that does not resolve", "name-unknown", "name", result, "none");
        Assert.All(result.Outcomes.Skip(1), stage => Assert.Equal("Skipped", stage.Outcome));
    }

    [Fact]
    public async Task A_closed_port_is_a_server_that_is_not_there()
    {
        string authority = $"127.0.0.1:{Ports.Free()}";

        FaultTable.Holds("a closed port", "port-closed", "tcp", await ProbeProgram.DiagnoseAsync(authority), authority);
    }

    [Fact]
    public async Task A_process_that_takes_connections_and_never_answers_is_told_from_a_closed_port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string authority = listener.LocalEndpoint.ToString()!;

        FaultTable.Holds("a process that listens and never answers", "no-answer", "http", await ProbeProgram.DiagnoseAsync(authority, "--timeout", "2"), authority);
    }

    [Fact]
    public async Task A_proxy_whose_server_is_down_is_told_from_a_server()
    {
        await using Proxy proxy = await Proxy.StartAsync(Proxy.Upgrade, Ports.Free());

        FaultTable.Holds("a proxy (nginx) whose server is down", "bad-gateway", "http", await ProbeProgram.DiagnoseAsync(proxy.Authority), proxy.Authority);
    }

    [Fact]
    public async Task A_redirect_to_https_is_not_followed_and_its_target_is_the_remedy()
    {
        await using WebServer server = await WebServer.StartAsync(app => app.Run(context =>
        {
            context.Response.Redirect("https://flipr-backend.onrender.com/socket.io/", permanent: true);
            return Task.CompletedTask;
        }));

        FaultTable.Holds("`ws://` to a host that redirects to https", "redirect-to-https", "http", await ProbeProgram.DiagnoseAsync($"ws://{server.Authority}"), server.Authority);
    }
}
