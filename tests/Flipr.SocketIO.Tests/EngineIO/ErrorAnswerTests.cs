using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The error answers to requests over polling.</summary>
public abstract class ErrorAnswerTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : ErrorAnswerTests(Route.Polling1);

    public sealed class OverTls() : ErrorAnswerTests(Route.PollingTls1);

    public sealed class OverHttp2() : ErrorAnswerTests(Route.Polling2);

    [Theory]
    [InlineData("")]
    [InlineData("?EIO=4")]
    [InlineData("?EIO=4&transport=")]
    [InlineData("?EIO=4&transport=carrier-pigeon")]
    [InlineData("?EIO=4&transport=Polling")]
    [InlineData("?EIO=4&transport=webtransport")]
    public async Task A_transport_that_is_missing_or_unknown_gets_400_code_0(string query)
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, query);

        answer.ShouldBeError(400, 0, "Transport unknown");
    }

    [Fact]
    public async Task Polling_where_only_WebSocket_is_allowed_gets_400_code_0()
    {
        WireServer server = await StartAsync(o => o.Transports = SocketIOTransports.WebSocket);

        (await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query)).ShouldBeError(400, 0, "Transport unknown");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_sid_that_is_unknown_gets_400_code_1(string method)
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendAsync(new(method), $"{PollingClient.Query}&sid=AAAAAAAAAAAAAAAAAAAA", method == "POST" ? "40" : null);

        answer.ShouldBeError(400, 1, "Session ID unknown");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    public async Task A_handshake_that_is_no_GET_gets_400_code_2(string method)
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendAsync(new(method), PollingClient.Query, "40");

        answer.ShouldBeError(400, 2, "Bad handshake method");
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("PROPFIND")]
    public async Task PUT_and_others_on_a_session_get_400_code_2_and_leave_it_alone(string method)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        HttpAnswer answer = await http.SendAsync(new(method), $"{PollingClient.Query}&sid={sid}", "40");

        answer.ShouldBeError(400, 2, "Bad handshake method");
        (await http.PostAsync(sid, "40")).ShouldBeOk();
        EngineClient.SidOf((await http.GetAsync(sid)).Body);
    }

    [Fact]
    public async Task A_WebSocket_handshake_without_upgrade_gets_400_code_3_and_the_log_names_TRANSPORT_HANDSHAKE_ERROR()
    {
        WireServer server = await StartAsync();

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, "?EIO=4&transport=websocket");

        answer.ShouldBeError(400, 3, "Bad request");
        await server.Log.ContainsAsync("TRANSPORT_HANDSHAKE_ERROR");
    }

    [Fact]
    public async Task A_request_with_another_transport_than_the_sessions_gets_400_code_3_and_the_log_names_TRANSPORT_MISMATCH()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"?EIO=4&transport=websocket&sid={sid}");

        answer.ShouldBeError(400, 3, "Bad request");
        await server.Log.ContainsAsync("TRANSPORT_MISMATCH");
        (await http.PostAsync(sid, "40")).ShouldBeOk();
    }

    [Theory]
    [InlineData("EIO=3&")]
    [InlineData("EIO=5&")]
    public async Task A_request_with_another_protocol_version_than_the_sessions_gets_400_code_3_and_the_log_names_PROTOCOL_MISMATCH(string version)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"?{version}transport=polling&sid={sid}");

        answer.ShouldBeError(400, 3, "Bad request");
        await server.Log.ContainsAsync("PROTOCOL_MISMATCH");
        (await http.PostAsync(sid, "40")).ShouldBeOk();
    }

    [Theory]
    [InlineData("?transport=polling")]
    [InlineData("?EIO=3&transport=polling")]
    [InlineData("?EIO=5&transport=polling")]
    [InlineData("?EIO=four&transport=polling")]
    public async Task A_handshake_in_another_protocol_version_gets_400_code_5(string query)
    {
        WireServer server = await StartAsync();

        (await Polling(server).SendAsync(HttpMethod.Get, query)).ShouldBeError(400, 5, "Unsupported protocol version");
    }

    [Fact]
    public async Task A_refused_handshake_opens_no_session()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);

        await http.SendAsync(HttpMethod.Get, "?EIO=3&transport=polling");
        await http.SendAsync(HttpMethod.Post, PollingClient.Query, "40");
        await http.SendAsync(HttpMethod.Get, "?EIO=4&transport=websocket");

        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_WebSocket_request_without_Upgrade_is_logged_with_the_proxy_as_its_likely_cause()
    {
        WireServer server = await StartAsync();

        await Polling(server).SendAsync(HttpMethod.Get, "?EIO=4&transport=websocket");

        LogEntry entry = await server.Log.ContainsAsync("proxy");
        Assert.Contains("Upgrade", entry.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, entry.Id.Id);
    }
}
