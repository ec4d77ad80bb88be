using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A deadline holds when a request looks the session up, however rarely the server sweeps.</summary>
public sealed class PollingDeadlineTests() : WireTest(Route.Polling1)
{
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_request_after_the_deadline_finds_no_session(string method)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.PassUntilAsync(poll, "a ping");
        (await poll).ShouldBePackets("2");

        server.Clock.Advance(TimeSpan.FromSeconds(20) + TimeSpan.FromMilliseconds(1));

        (await http.SendAsync(new(method), $"{PollingClient.Query}&sid={sid}", method == "POST" ? "3" : null)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_pingInterval_and_a_pingTimeout_after_the_handshake_there_is_no_session_however_late_the_ping_left()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        server.Clock.Advance(TimeSpan.FromSeconds(25) + TimeSpan.FromMilliseconds(40));
        (await poll).ShouldBePackets("2");

        server.Clock.Advance(TimeSpan.FromSeconds(20) - TimeSpan.FromMilliseconds(40));

        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task The_poll_that_is_pending_when_the_session_times_out_gets_1()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.PassUntilAsync(poll, "a ping");

        poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);
        await server.PassUntilAsync(poll, "the session times out");

        (await poll).ShouldBePackets("1");
    }

    [Fact]
    public async Task A_client_that_stops_polling_is_closed_though_its_ping_was_never_fetched()
    {
        WireServer server = await StartAsync();
        var closed = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        PollingClient http = Polling(server);
        await http.JoinAsync();

        Task<string> end = closed.NextAsync();
        await server.PassUntilAsync(end, "the session times out");

        Assert.Equal("ping timeout", await end);
        await server.UntilConnectionsAsync(0);
    }
}
