using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>CONNECT, its answers, and what closes a connection that does not keep to them.</summary>
public abstract partial class ConnectTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : ConnectTests(Route.Raw1);

    public sealed class OverFallbackPath() : ConnectTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : ConnectTests(Route.RawTls1);

    public sealed class OverHttp2() : ConnectTests(Route.WebSocket2);

    public sealed class OverPolling() : ConnectTests(Route.Polling1);

    [Fact]
    public async Task CONNECT_is_answered_with_the_sockets_id_which_is_not_the_connections()
    {
        WireServer server = await StartAsync();
        var ids = new Heard<string>("connections");
        server.IO.OnConnection(socket => ids.Add(socket.Id));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        string answer = await client.ReceiveTextAsync();
        Assert.Matches(ConnectAnswer(), answer);
        string id = EngineClient.SidOf(answer);
        Assert.Equal(await ids.NextAsync(), id);
        Assert.NotEqual(client.Sid, id);
    }

    [Fact]
    public async Task Every_namespace_has_a_sid_of_its_own_on_one_connection()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        EngineClient client = await OpenAsync(server);

        string root = await client.JoinAsync();
        string admin = await client.JoinAsync("/admin");

        Assert.Equal(3, new[] { client.Sid, root, admin }.Distinct().Count());
        Assert.Equal(1, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_namespace_is_connected_without_connecting_to_the_root()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        var roots = new Heard<string>("connections to /");
        server.IO.OnConnection(socket => roots.Add(socket.Id));
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/admin");

        Assert.Empty(roots.All);
    }

    [Fact]
    public async Task The_comma_after_the_namespace_may_be_missing_when_nothing_follows()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/admin");

        EngineClient.SidOf(await client.ReceiveTextAsync(), "/admin");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/admin")]
    public async Task The_auth_of_a_CONNECT_reaches_its_namespace(string nsp)
    {
        WireServer server = await StartAsync();
        var auth = new Heard<string?>("auth");
        server.IO.Of(nsp).OnConnection(socket => auth.Add(socket.Handshake.Auth.Json.GetProperty("token").GetString()));
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync(nsp, "{\"token\":\"s€cret\"}");

        Assert.Equal("s€cret", await auth.NextAsync());
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/Admin")]
    [InlineData("/admin/")]
    [InlineData("/admin/sub")]
    public async Task An_unknown_namespace_is_answered_Invalid_namespace_and_the_connection_lives_on(string nsp)
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        EngineClient client = await OpenAsync(server);

        await client.SendAsync($"40{nsp},{{\"token\":1}}");

        Assert.Equal($"44{nsp},{{\"message\":\"Invalid namespace\"}}", await client.ReceiveTextAsync());
        await client.JoinAsync();
    }

    [Fact]
    public async Task Without_CONNECT_within_connectTimeout_the_connection_closes()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        EngineClient client = await OpenAsync(server);

        Task end = client.ReceiveEndAsync();
        TimeSpan passed = await server.PassUntilAsync(end, "the connection closes");

        Assert.True(passed >= TimeSpan.FromSeconds(5), $"It closed after {passed}");
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_CONNECT_that_was_refused_does_not_stop_the_connectTimeout()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        EngineClient client = await OpenAsync(server);
        await client.SendAsync("40/nope,");
        Assert.StartsWith("44/nope,", await client.ReceiveTextAsync(), StringComparison.Ordinal);

        await server.PassUntilAsync(client.ReceiveEndAsync(), "the connection closes");

        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task After_a_CONNECT_in_time_the_connection_stays()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        EngineClient client = await JoinAsync(server);
        EngineClient idle = await OpenAsync(server);

        await server.PassUntilAsync(idle.ReceiveEndAsync(), "the other connection, without namespace, closes");

        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_second_CONNECT_on_a_joined_namespace_closes_the_whole_connection()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        Heard<string> closed = HearCloses(server, "/", "/admin");
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");

        await client.SendAsync("40/admin,");

        await ShouldCloseAllAsync(closed, client, "/", "/admin");
    }

    [Theory]
    [InlineData("42/admin,[\"x\"]")]
    [InlineData("42/admin,1[\"x\"]")]
    [InlineData("43/admin,1[]")]
    public async Task An_event_or_ack_on_a_namespace_that_was_not_joined_closes_the_whole_connection(string packet)
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        Heard<string> closed = HearCloses(server, "/");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await ShouldCloseAllAsync(closed, client, "/");
    }

    [Fact]
    public async Task A_client_that_has_the_answer_to_its_CONNECT_misses_no_broadcast_from_then_on()
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);

        for (int i = 0; i < 150; i++)
        {
            await client.JoinAsync();
            await server.IO.EmitAsync("news", i);
            await client.ShouldReceiveAsync($"42[\"news\",{i}]");
            await client.SendAsync("41");
        }
    }

    [Fact]
    public async Task The_connection_handler_may_speak_first_and_is_heard_after_the_answer_to_CONNECT()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(async socket => await socket.EmitAsync("welcome"));
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync();

        await client.ShouldReceiveAsync("42[\"welcome\"]");
    }

    [Fact]
    public async Task An_event_sent_right_behind_CONNECT_waits_for_the_connection_handlers()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("early", () => heard.Add("early")));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40", "42[\"early\"]");

        Assert.Equal("early", await heard.NextAsync());
        EngineClient.SidOf(await client.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_connection_that_joined_in_time_and_left_again_is_not_closed_by_the_connectTimeout()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        EngineClient client = await JoinAsync(server);
        await client.SendAsync("41");
        EngineClient idle = await OpenAsync(server);

        await server.PassUntilAsync(idle.ReceiveEndAsync(), "the other connection, which never joined, closes");

        await client.JoinAsync();
    }

    private static Heard<string> HearCloses(WireServer server, params string[] namespaces)
    {
        var closed = new Heard<string>("disconnects");
        foreach (string nsp in namespaces)
        {
            server.IO.Of(nsp).OnConnection(socket => socket.OnDisconnect(reason => closed.Add($"{nsp} {reason}")));
        }

        return closed;
    }

    private static async Task ShouldCloseAllAsync(Heard<string> closed, EngineClient client, params string[] namespaces)
    {
        await client.ReceiveEndAsync();
        var heard = new List<string>();
        foreach (string _ in namespaces)
        {
            heard.Add(await closed.NextAsync());
        }

        Assert.Equal(namespaces.Select(nsp => nsp + " forced server close").Order(), heard.Order());
    }

    [GeneratedRegex("^40\\{\"sid\":\"[A-Za-z0-9_-]{20}\"\\}$")]
    private static partial Regex ConnectAnswer();
}
