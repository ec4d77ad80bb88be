using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Several namespaces on one connection.</summary>
public abstract class NamespaceTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : NamespaceTests(Route.Raw1);

    public sealed class OverFallbackPath() : NamespaceTests(Route.Fallback1);

    public sealed class OverHttp2() : NamespaceTests(Route.WebSocket2);

    public sealed class OverPolling() : NamespaceTests(Route.Polling1);

    [Fact]
    public async Task Packets_of_a_namespace_carry_its_name_unless_it_is_the_root()
    {
        WireServer server = await StartAsync();
        Namespace admin = server.IO.Of("/admin");
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await server.IO.EmitAsync("a", 1);
        await admin.EmitAsync("a", 2);

        await client.ShouldReceiveAsync("42[\"a\",1]", "42/admin,[\"a\",2]");
    }

    [Fact]
    public async Task An_event_reaches_the_handlers_of_its_namespace_only()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("x", (int n) => heard.Add($"/ {n}")));
        server.IO.Of("/admin").OnConnection(socket => socket.On("x", (int n) => heard.Add($"/admin {n}")));
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("42/admin,[\"x\",1]", "42[\"x\",2]");

        Assert.Equal("/admin 1", await heard.NextAsync());
        Assert.Equal("/ 2", await heard.NextAsync());
    }

    [Fact]
    public async Task A_DISCONNECT_leaves_that_namespace_only()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("disconnects");
        foreach (string name in new[] { "/", "/admin" })
        {
            server.IO.Of(name).OnConnection(socket => socket.OnDisconnect(reason => closed.Add($"{name} {reason}")));
        }

        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("41/admin,");

        Assert.Equal("/admin client namespace disconnect", await closed.NextAsync());
        await server.IO.Of("/admin").EmitAsync("nobody hears");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Leaving_the_root_leaves_the_other_namespaces_alone()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin").OnConnection(socket => socket.On("ask", (Ack ack) => ack.SendAsync()));
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("41", "42/admin,1[\"ask\"]");

        await client.ShouldReceiveAsync("43/admin,1[]");
    }

    [Theory]
    [InlineData("42[\"x\"]")]
    [InlineData("430[]")]
    public async Task A_namespace_that_was_left_is_not_joined_any_more(string packet)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41", packet);

        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_namespace_that_was_left_can_be_joined_again_with_a_new_sid()
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);
        string first = await client.JoinAsync();
        await client.SendAsync("41");

        string second = await client.JoinAsync();

        Assert.NotEqual(first, second);
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_socket_that_the_server_disconnects_is_told_so_and_its_connection_stays()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("disconnects");
        server.IO.Of("/admin").OnConnection(socket =>
        {
            socket.OnDisconnect(closed.Add);
            socket.On("kick me", async () => await socket.DisconnectAsync());
        });
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("42/admin,[\"kick me\"]");

        await client.ShouldReceiveAsync("41/admin,");
        Assert.Equal("server namespace disconnect", await closed.NextAsync());
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Unicode_in_a_namespaces_name_is_as_good_as_any()
    {
        WireServer server = await StartAsync();
        Namespace ns = server.IO.Of("/straße-😀");
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/straße-😀");
        await ns.EmitAsync("x");

        await client.ShouldReceiveAsync("42/straße-😀,[\"x\"]");
    }
}
