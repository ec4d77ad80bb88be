using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>POST bodies that are slow, endless or not as long as they say; and requests that are none.</summary>
public abstract class BodyTests(Route route) : HostileTest(route)
{
    public sealed class OverHttp() : BodyTests(Route.Polling1);

    public sealed class OverTls() : BodyTests(Route.PollingTls1);

    [Fact]
    public async Task A_body_that_stops_does_not_outlive_its_session()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);
        await attacker.SendAsync($"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42[");
        await server.UntilPendingAsync("POST", sid);

        Task<string> end = closed.NextAsync();
        await server.PassUntilAsync(end, "the session times out");

        Assert.Equal("ping timeout", await end);
        await attacker.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_body_that_trickles_does_not_count_as_a_sign_of_life()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);
        await attacker.SendAsync($"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n42[");
        await server.UntilPendingAsync("POST", sid);
        Task<string> end = closed.NextAsync();
        Task passing = server.PassUntilAsync(end, "the session times out");

        for (int i = 0; i < 500 && !end.IsCompleted; i++)
        {
            try
            {
                await attacker.SendAsync(" ");
            }
            catch (IOException)
            {
                break;
            }
        }

        await passing;
        Assert.Equal("ping timeout", await end);
    }

    [Fact]
    public async Task An_endless_body_gets_413_and_is_read_no_further()
    {
        (WireServer server, _) = await StartAttackedAsync(o => o.MaxPayload = 10_000);
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);
        await attacker.SendAsync($"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
        string chunk = $"3e8\r\n{new string('4', 1000)}\r\n";

        for (int i = 0; i < 11; i++)
        {
            await attacker.SendAsync(chunk);
        }

        Assert.Equal(413, (await attacker.ReceiveAnswerAsync()).Status);
    }

    [Fact]
    public async Task A_body_shorter_than_it_said_is_a_transport_error()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);
        await attacker.SendAsync($"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42[\"x\"]");
        await server.UntilPendingAsync("POST", sid);

        attacker.Abort();

        Assert.Equal("transport error", await closed.NextAsync());
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task What_follows_a_body_that_said_less_is_no_part_of_it()
    {
        (WireServer server, _) = await StartAttackedAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("say", (string text) => heard.Add(text)));
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);

        await attacker.SendAsync(
            $"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n\r\n42[\"say\",\"one\"]\x1e42[\"say\",\"two\"]");

        // Fourteen bytes lack the bracket: that is no packet, and what follows is no request.
        Assert.Equal(400, (await attacker.ReceiveAnswerAsync()).Status);
        await server.UntilConnectionsAsync(0);
        Assert.Empty(heard.All);
    }

    [Theory]
    [InlineData("zzz\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("FFFFFFFFFFFFFFFF\r\n")]
    public async Task A_chunk_of_an_impossible_length_ends_the_session_or_the_request_but_hangs_neither(string chunk)
    {
        (WireServer server, _) = await StartAttackedAsync();
        string sid = await Polling(server).JoinAsync();
        RawConnection attacker = await ConnectAsync(server);

        await attacker.SendAsync($"POST /socket.io/{PollingClient.Query}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");

        if (await attacker.HasMoreAsync())
        {
            Assert.InRange((await attacker.ReceiveAnswerAsync()).Status, 400, 499);
        }
    }

    [Theory]
    [InlineData("?EIO=4&EIO=3&transport=polling", 400)]
    [InlineData("?EIO=4&transport=polling&transport=websocket", 400)]
    [InlineData("?EIO=4&transport=polling&sid=%00", 400)]
    [InlineData("?EIO=4&transport=polling&sid=%ff%fe", 400)]
    [InlineData("?EIO=4&transport=polling&sid=a&sid=b", 400)]
    [InlineData("?EIO=4&transport=polling&sid=../../etc/passwd", 400)]
    [InlineData("?EIO=4&transport=polling&sid=__proto__", 400)]
    [InlineData("?EIO=4&transport=%70olling", 200)]
    [InlineData("?&&&=&EIO=4&transport=polling&t=%", 200)]
    public async Task Odd_queries_get_an_answer_like_any_other(string query, int status)
    {
        (WireServer server, _) = await StartAttackedAsync();
        RawConnection attacker = await ConnectAsync(server);

        await attacker.SendRequestAsync("GET", "/socket.io/" + query);

        Assert.Equal(status, (await attacker.ReceiveAnswerAsync()).Status);
    }

    [Fact]
    public async Task A_sid_of_seven_thousand_letters_is_unknown_and_not_logged_in_full()
    {
        (WireServer server, _) = await StartAttackedAsync();

        HttpAnswer answer = await Polling(server).GetAsync(new string('a', 7_000));

        answer.ShouldBeError(400, 1, "Session ID unknown");
        Assert.DoesNotContain(server.Log.OfLibrary(), e => e.Message.Contains(new string('a', 100), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Line_breaks_in_a_sid_do_not_break_lines_of_the_log()
    {
        (WireServer server, _) = await StartAttackedAsync();

        await Polling(server).GetAsync("%0d%0aforged: entry");

        Assert.DoesNotContain(server.Log.OfLibrary(), e => e.Message.Contains('\n', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Handshakes_whose_clients_vanish_leave_nothing_behind_past_the_ping_timeout()
    {
        (WireServer server, _) = await StartAttackedAsync();
        for (int i = 0; i < 50; i++)
        {
            await using RawConnection attacker = await RawConnection.OpenAsync(server);
            await attacker.SendRequestAsync("GET", "/socket.io/" + PollingClient.Query);
            Assert.True(await attacker.HasMoreAsync());
            attacker.Abort();
        }

        Assert.Equal(50, server.IO.ConnectionCount);
        await server.PassUntilAsync(server.UntilConnectionsAsync(0), "the sessions time out");
    }
}
