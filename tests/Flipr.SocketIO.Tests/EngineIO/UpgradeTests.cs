using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A session that begins with polling and moves to a WebSocket.</summary>
public abstract class UpgradeTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : UpgradeTests(Route.Raw1);

    public sealed class OverFallbackPath() : UpgradeTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : UpgradeTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : UpgradeTests(Route.FallbackTls1);

    public sealed class OverHttp2() : UpgradeTests(Route.WebSocket2);

    [Fact]
    public async Task A_probe_is_answered_with_3probe()
    {
        (WireServer server, _, string sid) = await JoinedAsync();

        WebSocketWire socket = await UpgradeAsync(server, sid);

        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task The_poll_that_is_pending_when_the_probe_comes_gets_exactly_6()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);

        await ProbeAsync(server, sid);

        (await poll.Within("the pending poll is released")).ShouldBePackets("6");
    }

    [Fact]
    public async Task A_poll_that_arrives_after_the_probe_gets_exactly_6_even_with_messages_waiting()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);
        await server.IO.EmitAsync("news");

        (await http.GetAsync(sid)).ShouldBePackets("6");
        (await http.GetAsync(sid)).ShouldBePackets("6");

        await socket.SendTextAsync("5");
        Assert.Equal("42[\"news\"]", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task After_5_both_sides_talk_over_the_WebSocket()
    {
        (WireServer server, _, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);

        await socket.SendTextAsync("5");
        await socket.SendTextAsync("421[\"barrier\"]");

        Assert.Equal("431[]", await socket.ReceiveTextAsync());
        await server.IO.EmitAsync("news");
        Assert.Equal("42[\"news\"]", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task The_socket_of_an_upgraded_session_says_websocket_and_is_the_same_socket()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("transports");
        server.IO.OnConnection(socket => socket.On("which", () => heard.Add($"{socket.Id} {socket.Transport}")));
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;
        (await http.PostAsync(sid, "40")).ShouldBeOk();
        string id = EngineClient.SidOf((await http.GetAsync(sid)).Body);
        (await http.PostAsync(sid, "42[\"which\"]")).ShouldBeOk();
        Assert.Equal($"{id} polling", await heard.NextAsync());

        WebSocketWire socket = await ProbeAsync(server, sid);
        await socket.SendTextAsync("5");
        await socket.SendTextAsync("42[\"which\"]");

        Assert.Equal($"{id} websocket", await heard.NextAsync());
        Assert.Equal(1, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task The_WebSocket_does_not_repeat_the_open_packet()
    {
        (WireServer server, _, string sid) = await JoinedAsync();
        WebSocketWire socket = await UpgradeAsync(server, sid);

        // Whatever the server said first would come before the answer to the probe.
        await socket.SendTextAsync("2probe");

        Assert.Equal("3probe", await socket.ReceiveTextAsync());
    }

    [Theory]
    [InlineData("2")]
    [InlineData("2Probe")]
    [InlineData("2probe ")]
    [InlineData("3probe")]
    [InlineData("42[\"lost\"]")]
    [InlineData("6")]
    [InlineData("x")]
    [InlineData("")]
    public async Task Anything_but_a_probe_aborts_the_upgrade_and_polling_lives_on(string first)
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await UpgradeAsync(server, sid);

        await socket.SendTextAsync(first);

        await socket.ReceiveCloseAndEndAsync();
        await PollingLivesOnAsync(server, http, sid);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("3")]
    [InlineData("42[\"lost\"]")]
    [InlineData("6")]
    [InlineData("5x")]
    [InlineData("")]
    public async Task Anything_but_5_after_the_probe_aborts_the_upgrade_and_polling_lives_on(string second)
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);

        await socket.SendTextAsync(second);

        await socket.ReceiveCloseAndEndAsync();
        await PollingLivesOnAsync(server, http, sid);
    }

    [Fact]
    public async Task Binary_instead_of_a_probe_aborts_the_upgrade_and_polling_lives_on()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await UpgradeAsync(server, sid);

        await socket.SendBinaryAsync("2probe"u8.ToArray());

        await socket.ReceiveCloseAndEndAsync();
        await PollingLivesOnAsync(server, http, sid);
    }

    [Fact]
    public async Task A_WebSocket_that_is_cut_during_the_upgrade_leaves_polling_alone()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);

        socket.Abort();

        // The session takes a new attempt once it has noticed.
        await PollingLivesOnAsync(server, http, sid);
    }

    [Fact]
    public async Task An_upgrade_that_does_not_begin_within_upgradeTimeout_is_closed_and_polling_lives_on()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await UpgradeAsync(server, sid);

        Task end = socket.ReceiveCloseAndEndAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(end.IsCompleted);
        await server.PassUntilAsync(end, "the WebSocket is closed");

        await PollingLivesOnAsync(server, http, sid);
    }

    [Fact]
    public async Task An_upgrade_that_stops_after_the_probe_is_closed_after_upgradeTimeout_and_polling_lives_on()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);

        Task end = socket.ReceiveCloseAndEndAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(12));
        await end;

        await PollingLivesOnAsync(server, http, sid);
    }

    [Fact]
    public async Task After_an_aborted_upgrade_another_one_succeeds()
    {
        (WireServer server, _, string sid) = await JoinedAsync();
        WebSocketWire aborted = await UpgradeAsync(server, sid);
        await aborted.SendTextAsync("6");
        await aborted.ReceiveCloseAndEndAsync();

        WebSocketWire socket = await ProbeAsync(server, sid);
        await socket.SendTextAsync("5");
        await socket.SendTextAsync("421[\"barrier\"]");

        Assert.Equal("431[]", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_second_WebSocket_during_an_upgrade_is_closed_and_the_first_goes_on()
    {
        (WireServer server, _, string sid) = await JoinedAsync();
        WebSocketWire first = await ProbeAsync(server, sid);

        await ShouldBeTurnedAwayAsync(server, sid);

        await first.SendTextAsync("5");
        await first.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await first.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_WebSocket_for_a_session_that_is_on_one_already_is_closed_and_the_session_goes_on()
    {
        (WireServer server, _, string sid) = await JoinedAsync();
        WebSocketWire first = await ProbeAsync(server, sid);
        await first.SendTextAsync("5");

        // The answer shows that the upgrade is complete.
        await first.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await first.ReceiveTextAsync());
        await ShouldBeTurnedAwayAsync(server, sid);

        await first.SendTextAsync("422[\"barrier\"]");
        Assert.Equal("432[]", await first.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_WebSocket_for_a_session_that_began_with_one_is_accepted_and_closed_and_the_session_goes_on()
    {
        WireServer server = await StartAsync();
        await using WebSocketSession first = await WebSocketSession.OpenAsync(server);
        await first.JoinAsync();

        await ShouldBeTurnedAwayAsync(server, first.Sid);

        await first.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_WebSocket_that_was_turned_away_and_does_not_answer_the_close_is_cut_after_the_CloseTimeout()
    {
        // Sooner than the upgrade that is under way times out.
        WireServer server = await StartAsync(o => o.CloseTimeout = TimeSpan.FromSeconds(2));
        string sid = await Polling(server).JoinAsync();
        WebSocketWire first = await ProbeAsync(server, sid);
        WebSocketWire second = await UpgradeAsync(server, sid);
        await second.ReceiveCloseAsync();

        await server.PassUntilAsync(second.ReceiveEndAsync(), "the WebSocket that does not answer is cut");

        await first.SendTextAsync("5");
        await first.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await first.ReceiveTextAsync());
    }

    [Fact]
    public async Task With_upgrades_switched_off_a_WebSocket_for_a_session_gets_400_code_3()
    {
        WireServer server = await StartAsync(o => o.AllowUpgrades = false);
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await WebSocketWire.RefusedAsync(server, $"{WebSocketWire.Query}&sid={sid}")).ShouldBeError(400, 3, "Bad request");

        await server.Log.ContainsAsync("AllowUpgrades");
        await PollingLivesOnAsync(server, http, sid);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Polling_on_a_session_that_has_moved_gets_400_code_3_and_leaves_the_session_alone(string method)
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);
        await socket.SendTextAsync("5");
        await socket.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await socket.ReceiveTextAsync());

        HttpAnswer answer = await http.SendAsync(new(method), $"{PollingClient.Query}&sid={sid}", method == "POST" ? "42[\"x\"]" : null);

        answer.ShouldBeError(400, 3, "Bad request");
        await server.Log.ContainsAsync("TRANSPORT_MISMATCH");
        await socket.SendTextAsync("422[\"barrier\"]");
        Assert.Equal("432[]", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_session_that_ends_during_the_upgrade_closes_the_WebSocket()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        WebSocketWire socket = await ProbeAsync(server, sid);

        (await http.PostAsync(sid, "1")).ShouldBeOk();

        await socket.ReceiveCloseAndEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task What_is_posted_between_probe_and_5_is_heard_before_what_follows_5()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<int>("numbers");
        server.IO.OnConnection(socket => socket.On("n", (int n) => heard.Add(n)));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "42[\"n\",0]", "42[\"n\",1]")).ShouldBeOk();
        WebSocketWire socket = await ProbeAsync(server, sid);
        (await http.PostAsync(sid, "42[\"n\",2]", "42[\"n\",3]")).ShouldBeOk();
        await socket.SendTextAsync("5");
        await socket.SendTextAsync("42[\"n\",4]");
        await socket.SendTextAsync("42[\"n\",5]");

        var numbers = new List<int>();
        for (int i = 0; i < 6; i++)
        {
            numbers.Add(await heard.NextAsync());
        }

        Assert.Equal([0, 1, 2, 3, 4, 5], numbers);
    }

    [Fact]
    public async Task Nothing_is_lost_or_reordered_across_an_upgrade_while_the_server_never_stops_sending()
    {
        (WireServer server, PollingClient http, string sid) = await JoinedAsync();
        const int Count = 3_000;
        Task sending = Task.Run(
            async () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    await server.IO.EmitAsync("n", i);
                    if (i % 50 == 0)
                    {
                        await Task.Yield();
                    }
                }
            },
            TestContext.Current.CancellationToken);

        var received = new List<string>();
        while (received.Count < 500)
        {
            received.AddRange((await http.GetAsync(sid)).Packets);
        }

        WebSocketWire socket = await UpgradeAsync(server, sid);
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
        received.AddRange((await poll.Within("the poll is released")).Packets.Where(p => p != "6"));
        await socket.SendTextAsync("5");
        while (received.Count < Count)
        {
            received.Add(await socket.ReceiveTextAsync());
        }

        await sending;
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"42[\"n\",{i}]"), received);
    }

    private async Task<(WireServer Server, PollingClient Http, string Sid)> JoinedAsync()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        return (server, http, await http.JoinAsync());
    }

    private Task<WebSocketWire> UpgradeAsync(WireServer server, string sid) => WebSocketAsync(server, $"{WebSocketWire.Query}&sid={sid}");

    private async Task<WebSocketWire> ProbeAsync(WireServer server, string sid)
    {
        WebSocketWire socket = await UpgradeAsync(server, sid);
        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
        return socket;
    }

    private async Task ShouldBeTurnedAwayAsync(WireServer server, string sid)
    {
        WebSocketWire second = await UpgradeAsync(server, sid);
        await second.ReceiveCloseAndEndAsync();
    }

    private static async Task PollingLivesOnAsync(WireServer server, PollingClient http, string sid)
    {
        var packets = new List<string>();
        (await http.PostAsync(sid, "427[\"barrier\"]")).ShouldBeOk();
        while (packets.LastOrDefault() != "437[]")
        {
            HttpAnswer answer = await http.GetAsync(sid);
            Assert.True(answer.Status == 200, $"The session should poll on, got {answer.Status} {answer.Body}");
            packets.AddRange(answer.Packets);
        }

        // Polls may have been released with 6 while the upgrade was on; nothing else may come.
        Assert.Equal(["437[]"], packets.Where(p => p != "6"));
        Assert.Equal(1, server.IO.ConnectionCount);
    }
}
