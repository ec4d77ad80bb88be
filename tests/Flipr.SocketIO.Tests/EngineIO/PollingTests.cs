using System.IO.Compression;
using System.Text;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The rules of HTTP long-polling once a session is open.</summary>
public abstract class PollingTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : PollingTests(Route.Polling1);

    public sealed class OverTls() : PollingTests(Route.PollingTls1);

    public sealed class OverHttp2() : PollingTests(Route.Polling2);

    [Fact]
    public async Task A_POST_is_answered_200_text_html_ok()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        HttpAnswer answer = await http.PostAsync(sid, "40");

        Assert.Equal((200, "text/html", "ok"), (answer.Status, answer.Header("Content-Type"), answer.Body));
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task A_poll_waits_until_there_is_something_to_say()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);
        await server.IO.EmitAsync("news");

        HttpAnswer answer = await poll.Within("the poll is answered");
        answer.ShouldBePackets("42[\"news\"]");
        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    public async Task Packets_that_wait_for_a_poll_arrive_in_one_answer_joined_by_the_record_separator()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        await server.IO.EmitAsync("one");
        await server.IO.EmitAsync("two", "ü€");
        await server.IO.EmitAsync("three");

        HttpAnswer answer = await http.GetAsync(sid);
        answer.ShouldBePackets("42[\"one\"]", "42[\"two\",\"ü€\"]", "42[\"three\"]");
    }

    [Fact]
    public async Task Packets_posted_in_one_payload_are_handled_in_their_order()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("say", (string text) => heard.Add(text)));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "42[\"say\",\"a\"]", "42[\"say\",\"b\"]", "42[\"say\",\"c\"]")).ShouldBeOk();

        Assert.Equal(["a", "b", "c"], [await heard.NextAsync(), await heard.NextAsync(), await heard.NextAsync()]);
    }

    [Fact]
    public async Task Binary_is_polled_as_b_and_base64()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        await server.IO.EmitAsync("bytes", new byte[] { 0, 1, 2, 253, 254, 255 });

        HttpAnswer answer = await http.GetAsync(sid);
        answer.ShouldBePackets("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", "bAAEC/f7/");
    }

    [Fact]
    public async Task Binary_is_posted_as_b_and_base64()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("bytes");
        server.IO.OnConnection(socket => socket.On("bytes", (byte[] bytes) => heard.Add(Convert.ToHexString(bytes))));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", "bAAEC/f7/")).ShouldBeOk();

        Assert.Equal("000102FDFEFF", await heard.NextAsync());
    }

    [Fact]
    public async Task A_payload_may_be_posted_with_any_text_content_type_or_none()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        using var bare = new ByteArrayContent("40"u8.ToArray());
        (await http.SendToAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, bare)).ShouldBeOk();

        Assert.StartsWith("40{", (await http.GetAsync(sid)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_POST_of_application_octet_stream_gets_400_and_closes_the_session()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        using var binary = new ByteArrayContent("42[\"x\"]"u8.ToArray());
        HttpAnswer answer = await http.SendToAsync(
            $"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, binary, ("Content-Type", "application/octet-stream"));

        Assert.Equal(400, answer.Status);
        Assert.Equal("transport error", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_second_GET_for_the_same_sid_gets_400_the_first_gets_1_and_the_session_closes()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        Task<HttpAnswer> first = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);
        HttpAnswer second = await http.GetAsync(sid);

        Assert.Equal(400, second.Status);
        (await first.Within("the first poll is answered")).ShouldBePackets("1");
        Assert.Equal("transport error", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_second_POST_while_one_is_being_read_gets_400_and_closes_the_session()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        using var body = new HeldContent("42[\"x\"]"u8.ToArray());
        Task<HttpAnswer> first = http.SendToAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, body);
        await server.UntilPendingAsync("POST", sid);

        HttpAnswer second = await http.PostAsync(sid, "42[\"y\"]");

        Assert.Equal(400, second.Status);
        Assert.Equal("transport error", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
        body.Release();
        await Task.WhenAny(first).Within("the first POST ends, answered or cut");
        Assert.True(first.Exception is not null || (await first).Status is 400, "The first POST must not be taken in");
    }

    [Fact]
    public async Task A_poll_that_the_client_aborts_closes_the_session_at_once()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        using var abort = new CancellationTokenSource();
        Task poll = http.AbandonAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Get, null, abort.Token);
        await server.UntilPendingAsync("GET", sid);
        await abort.CancelAsync();
        await poll;

        Assert.Equal("transport error", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_POST_that_the_client_aborts_closes_the_session_at_once()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        using var abort = new CancellationTokenSource();
        using var body = new HeldContent("42[\"x\"]"u8.ToArray());
        Task post = http.AbandonAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, body, abort.Token);
        await server.UntilPendingAsync("POST", sid);
        await abort.CancelAsync();
        await post;

        Assert.Equal("transport error", await reasons.NextAsync());
    }

    [Fact]
    public async Task When_the_client_closes_its_pending_poll_gets_6_and_the_session_ends()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);
        (await http.PostAsync(sid, "1")).ShouldBeOk();

        (await poll.Within("the pending poll is answered")).ShouldBePackets("6");
        Assert.Equal("transport close", await reasons.NextAsync());
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task When_the_client_closes_between_polls_the_poll_that_its_close_overtook_gets_6_and_no_other()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "1")).ShouldBeOk();

        Assert.Equal("transport close", await reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
        (await http.PostAsync(sid, "1")).ShouldBeError(400, 1, "Session ID unknown");
        (await http.GetAsync(sid)).ShouldBePackets("6");
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_poll_whose_client_is_gone_is_not_held_against_the_next_one()
    {
        using var gone = new CancellationTokenSource();
        WireServer server = await StartAsync(new WireServerSetup
        {
            App = app => app.Use((context, next) =>
            {
                if (context.Request.Headers.ContainsKey("X-Goes"))
                {
                    context.RequestAborted = gone.Token;
                }

                return next(context);
            }),
        });
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> first = http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("X-Goes", "1"));
        await server.UntilPendingAsync("GET", sid);

        // What is registered last runs first: the next poll is judged before the server's own callback has heard of the abort.
        HttpAnswer? next = null;
        using CancellationTokenRegistration registration = gone.Token.Register(() => next = Task.Run(() => http.GetAsync(sid)).GetAwaiter().GetResult());
        await gone.CancelAsync();

        next!.ShouldBeError(400, 1, "Session ID unknown");
        Assert.Equal("transport error", await reasons.NextAsync());
        Assert.Null(server.Log.Find("two GET requests"));
        await Task.WhenAny(first).Within("the first poll ends");
    }

    [Fact]
    public async Task A_poll_that_found_its_session_just_before_it_ended_is_answered_too()
    {
        var found = new Heard<string>("the poll's headers hook");
        bool ended = false;
        WireServer server = await StartAsync(o => o.OnHeaders = context =>
        {
            if (context.Request.Headers.ContainsKey("X-Late"))
            {
                // The session has been looked up; the poll is about to begin.
                found.Add("found");
                SpinWait.SpinUntil(() => Volatile.Read(ref ended), Deadline.Default);
            }
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("X-Late", "yes"));
        await found.NextAsync();

        (await http.PostAsync(sid, "1")).ShouldBeOk();
        Volatile.Write(ref ended, true);

        (await poll).ShouldBePackets("6");
    }

    [Fact]
    public async Task What_is_posted_after_a_close_packet_is_not_heard()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("anything");
        server.IO.OnConnection(socket =>
        {
            socket.On("say", (string text) => heard.Add(text));
            socket.OnDisconnect(heard.Add);
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "42[\"say\",\"before\"]", "1", "42[\"say\",\"after\"]")).ShouldBeOk();

        Assert.Equal(["before", "transport close"], [await heard.NextAsync(), await heard.NextAsync()]);
        await server.UntilConnectionsAsync(0);
        Assert.Equal(2, heard.All.Count);
    }

    [Fact]
    public async Task When_the_server_closes_the_pending_poll_gets_1()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);

        // A session that connects to no namespace in time is closed by the server, and has nothing else to be told.
        await server.PassUntilAsync(poll, "the poll of a session without namespace is answered");
        (await poll).ShouldBePackets("1");
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task What_the_server_said_before_it_closed_reaches_the_next_poll_and_ends_with_1()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("bye", async () =>
        {
            await socket.EmitAsync("last words");
            await socket.DisconnectAsync(close: true);
        }));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, "42[\"bye\"]")).ShouldBeOk();

        var packets = new List<string>();
        while (!packets.Contains("1"))
        {
            HttpAnswer answer = await http.GetAsync(sid);
            Assert.True(answer.Status == 200, $"'1' was due; got [{string.Join(" | ", packets)}], then {answer.Status} {answer.Body}");
            packets.AddRange(answer.Packets);
        }

        Assert.Equal(["42[\"last words\"]", "41", "1"], packets);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_close_comes_with_the_poll_after_the_DISCONNECT_as_clients_act_on_a_close_before_what_is_beside_it(bool isPending)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer>? poll = null;
        if (isPending)
        {
            poll = http.GetAsync(sid);
            await server.UntilPendingAsync("GET", sid);
        }

        await server.IO.DisconnectSocketsAsync(close: true);

        (await (poll ?? http.GetAsync(sid)).Within("the poll is answered")).ShouldBePackets("41");
        (await http.GetAsync(sid)).ShouldBePackets("1");
        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_client_that_does_not_come_back_for_its_close_is_forgotten_after_the_CloseTimeout()
    {
        WireServer server = await StartAsync(o => o.CloseTimeout = TimeSpan.FromSeconds(7));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        await server.IO.DisconnectSocketsAsync(close: true);
        (await http.GetAsync(sid)).ShouldBePackets("41");

        server.Clock.Advance(TimeSpan.FromSeconds(7));

        (await http.GetAsync(sid)).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Fact]
    public async Task A_client_that_closes_while_its_close_is_due_is_answered()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        await server.IO.DisconnectSocketsAsync(close: true);
        (await http.GetAsync(sid)).ShouldBePackets("41");

        (await http.PostAsync(sid, "1")).ShouldBeOk();

        (await http.GetAsync(sid)).ShouldBePackets("1");
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_poll_of_1024_bytes_or_more_is_compressed_for_clients_that_accept_it(string encoding)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        string text = new('a', 1024 - "42[\"x\",\"\"]".Length);
        await server.IO.EmitAsync("x", text);

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("Accept-Encoding", encoding));

        Assert.Equal((200, encoding), (answer.Status, answer.Header("Content-Encoding")));
        using var compressed = new MemoryStream(answer.Bytes);
        await using Stream plain = encoding == "gzip" ? new GZipStream(compressed, CompressionMode.Decompress) : new ZLibStream(compressed, CompressionMode.Decompress);
        using var reader = new StreamReader(plain, Encoding.UTF8);
        Assert.Equal($"42[\"x\",\"{text}\"]", await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1023, "gzip")]
    [InlineData(5000, "identity")]
    [InlineData(5000, "gzip;q=0")]
    public async Task A_poll_below_1024_bytes_or_for_a_client_that_does_not_accept_it_is_not_compressed(int size, string accepted)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        string text = new('a', size - "42[\"x\",\"\"]".Length);
        await server.IO.EmitAsync("x", text);

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("Accept-Encoding", accepted));

        Assert.Null(answer.Header("Content-Encoding"));
        answer.ShouldBePackets($"42[\"x\",\"{text}\"]");
    }

    [Theory]
    [InlineData("")]
    [InlineData("9")]
    [InlineData("x")]
    [InlineData("\x1e")]
    [InlineData("42[\"ok\"]\x1e")]
    [InlineData("b%%%")]
    [InlineData("bAAA")]
    public async Task A_payload_with_a_packet_that_cannot_be_parsed_closes_the_session(string payload)
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);

        await http.PostAsync(sid, payload);

        (await poll.Within("the pending poll is answered")).ShouldBePackets("1");
        Assert.Equal("parse error", await reasons.NextAsync());
    }
}
