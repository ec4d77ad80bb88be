using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Ping, pong and the deadlines between them, in the server's own time, which the tests move.</summary>
public abstract class HeartbeatTests(Route route) : WireTest(route)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public sealed class OverRawPath() : HeartbeatTests(Route.Raw1);

    public sealed class OverFallbackPath() : HeartbeatTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : HeartbeatTests(Route.RawTls1);

    public sealed class OverHttp2() : HeartbeatTests(Route.WebSocket2);

    public sealed class OverPolling() : HeartbeatTests(Route.Polling1);

    [Fact]
    public async Task The_server_pings_within_pingInterval_of_the_handshake()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task<string> ping = client.ReceiveTextAsync();
        server.Clock.Advance(Interval + TimeSpan.FromSeconds(1));

        Assert.Equal("2", await ping.Within("the first ping"));
    }

    [Fact]
    public async Task The_next_ping_comes_a_pingInterval_after_the_pong()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        await PingAsync(server, client);
        await client.SendAsync("3");
        await client.ShouldHaveNothingElseAsync();

        Task<string> ping = client.ReceiveTextAsync();
        TimeSpan passed = await server.PassUntilAsync(ping, "the second ping");

        Assert.Equal("2", await ping);
        Assert.True(passed >= Interval, $"The second ping came {passed} after the pong");
    }

    [Fact]
    public async Task The_next_ping_comes_a_pingInterval_after_the_pong_though_the_timeout_is_longer()
    {
        WireServer server = await StartAsync(o =>
        {
            o.PingInterval = TimeSpan.FromSeconds(1);
            o.PingTimeout = TimeSpan.FromSeconds(6);
        });
        EngineClient client = await JoinAsync(server);

        for (int i = 0; i < 5; i++)
        {
            Task<string> ping = client.ReceiveTextAsync();
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal("2", await ping.Within("a ping, a second after the pong"));
            await client.SendAsync("3");
            await client.ShouldHaveNothingElseAsync();
        }
    }

    [Fact]
    public async Task A_client_that_answers_every_ping_stays_for_ever()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        EngineClient client = await JoinAsync(server);

        for (int i = 0; i < 20; i++)
        {
            Task<string> ping = client.ReceiveTextAsync();
            server.Clock.Advance(Interval);
            Assert.Equal("2", await ping.Within("a ping"));
            await client.SendAsync("3");
            await client.ShouldHaveNothingElseAsync();
        }

        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(reasons.All);
    }

    [Fact]
    public async Task Without_a_pong_within_pingTimeout_the_session_closes_with_ping_timeout_and_not_before()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<(string Reason, DateTimeOffset At)>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reason => closed.Add((reason, server.Clock.GetUtcNow()))));
        EngineClient client = await JoinAsync(server);
        await PingAsync(server, client);
        DateTimeOffset pinged = server.Clock.GetUtcNow();

        Task<(string Reason, DateTimeOffset At)> end = closed.NextAsync();
        await server.PassUntilAsync(end, "the session times out");

        Assert.Equal("ping timeout", (await end).Reason);

        // The ping may have left up to a step of the clock before it was seen here.
        Assert.True((await end).At - pinged >= Timeout - TimeSpan.FromSeconds(2), $"The session was given only {(await end).At - pinged}");
        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task Any_packet_while_a_pong_is_due_extends_the_deadline_once()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<(string Reason, DateTimeOffset At)>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reason => closed.Add((reason, server.Clock.GetUtcNow()))));
        EngineClient client = await JoinAsync(server);
        await PingAsync(server, client);
        DateTimeOffset pinged = server.Clock.GetUtcNow();

        server.Clock.Advance(TimeSpan.FromSeconds(15));
        await client.ShouldHaveNothingElseAsync();   // sends an event: the deadline is now 35 s after the ping
        server.Clock.Advance(TimeSpan.FromSeconds(15));
        await client.ShouldHaveNothingElseAsync();   // past the first deadline, and no further extension
        server.Clock.Advance(TimeSpan.FromSeconds(10));

        (string reason, DateTimeOffset at) = await closed.NextAsync();
        Assert.Equal(("ping timeout", TimeSpan.FromSeconds(40)), (reason, at - pinged));
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_pong_after_the_deadline_does_not_bring_the_session_back()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        EngineClient client = await JoinAsync(server);
        await PingAsync(server, client);

        server.Clock.Advance(Timeout + TimeSpan.FromMilliseconds(1));
        try
        {
            await client.SendAsync("3");
        }
        catch (Exception e) when (e is IOException or Xunit.Sdk.XunitException)
        {
            // The connection may be gone already, the POST is then refused: either way the pong is too late.
        }

        Assert.Equal("ping timeout", await closed.NextAsync());
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_client_that_pings_itself_is_closed()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("2");

        Assert.Equal("transport error", await closed.NextAsync());
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_noop_and_a_pong_that_nobody_asked_for_do_nothing()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("6", "3", "6");

        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Sessions_are_not_all_pinged_at_the_same_moment()
    {
        WireServer server = await StartAsync();
        var clients = new List<EngineClient>();
        for (int i = 0; i < 16; i++)
        {
            clients.Add(await OpenAsync(server));
            await clients[i].JoinAsync();
        }

        // Time stands still between two steps until every client has an answer, and whatever was on its way before it: so the first pings are seen when they come.
        int pinged = 0;
        TimeSpan interval = TimeSpan.FromSeconds(25);
        for (TimeSpan passed = TimeSpan.Zero; pinged == 0; passed += TimeSpan.FromMilliseconds(250))
        {
            server.Clock.Advance(passed < interval ? TimeSpan.FromMilliseconds(250) : TimeSpan.Zero);
            foreach (EngineClient client in clients)
            {
                pinged += await IsPingedAsync(client) ? 1 : 0;
            }
        }

        Assert.InRange(pinged, 1, clients.Count - 1);
    }

    /// <summary>Whether a ping has come, before the answer to an event.</summary>
    private static async Task<bool> IsPingedAsync(EngineClient client)
    {
        await client.SendAsync("421[\"barrier\"]");
        bool isPinged = false;
        while (await client.ReceiveTextAsync() is var packet && packet != "431[]")
        {
            isPinged |= packet == "2";
        }

        return isPinged;
    }

    private static async Task PingAsync(WireServer server, EngineClient client)
    {
        // In one step: however slow the machine is, the ping leaves at this time.
        Task<string> ping = client.ReceiveTextAsync();
        server.Clock.Advance(Interval);
        Assert.Equal("2", await ping.Within("a ping"));
    }
}
