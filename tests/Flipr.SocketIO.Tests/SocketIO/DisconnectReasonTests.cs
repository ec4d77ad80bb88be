using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Each way a connection ends, and the word for it that handlers hear.</summary>
public abstract class DisconnectReasonTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : DisconnectReasonTests(Route.Raw1);

    public sealed class OverFallbackPath() : DisconnectReasonTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : DisconnectReasonTests(Route.RawTls1);

    public sealed class OverHttp2() : DisconnectReasonTests(Route.WebSocket2);

    public sealed class OverPolling() : DisconnectReasonTests(Route.Polling1);

    [Fact]
    public async Task A_client_that_leaves_the_namespace_is_client_namespace_disconnect()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        await ShouldBeAsync(reasons, "client namespace disconnect");
    }

    [Fact]
    public async Task A_socket_that_the_server_disconnects_is_server_namespace_disconnect()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        await server.IO.Sockets.Single().DisconnectAsync();

        await ShouldBeAsync(reasons, "server namespace disconnect");
        await client.ShouldReceiveAsync("41");
    }

    [Fact]
    public async Task A_connection_that_the_server_closes_is_server_namespace_disconnect_in_every_namespace()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        var admin = new Heard<string>("disconnects of /admin");
        server.IO.Of("/admin").OnConnection(socket => socket.OnDisconnect(admin.Add));
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await server.IO.Sockets.Single().DisconnectAsync(close: true);

        await ShouldBeAsync(reasons, "server namespace disconnect");
        Assert.Equal("server namespace disconnect", await admin.NextAsync());
        string[] told = [await client.ReceiveTextAsync(), await client.ReceiveTextAsync()];
        Assert.Equal(["41", "41/admin,"], told.Order());
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task An_Engine_IO_packet_that_cannot_be_parsed_is_parse_error()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("x");

        await ShouldBeAsync(reasons, "parse error");
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_Socket_IO_packet_that_cannot_be_parsed_is_parse_error()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[");

        await ShouldBeAsync(reasons, "parse error");
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_client_that_breaks_the_rules_is_forced_server_close()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40");

        await ShouldBeAsync(reasons, "forced server close");
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_client_that_does_not_answer_pings_is_ping_timeout()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        Task end = ShouldBeAsync(reasons, "ping timeout");
        await server.PassUntilAsync(end, "the session times out");

        await client.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_shuts_down_is_server_shutting_down()
    {
        WireServer server = await StartAsync();
        Heard<string> reasons = Reasons(server);
        EngineClient client = await JoinAsync(server);

        Task stop = server.StopAsync();

        await ShouldBeAsync(reasons, "server shutting down");
        await client.DisposeAsync();
        await server.PassUntilAsync(stop, "the application stops");
    }

    private static Heard<string> Reasons(WireServer server)
    {
        var reasons = new Heard<string>("disconnecting and disconnect");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnecting(reason => reasons.Add("disconnecting " + reason));
            socket.OnDisconnect(reason => reasons.Add("disconnect " + reason));
        });
        return reasons;
    }

    private static async Task ShouldBeAsync(Heard<string> reasons, string reason)
    {
        Assert.Equal("disconnecting " + reason, await reasons.NextAsync());
        Assert.Equal("disconnect " + reason, await reasons.NextAsync());
        Assert.Equal(2, reasons.All.Count);
    }
}
