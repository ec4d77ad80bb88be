using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The error answers to WebSocket handshakes: plain HTTP answers, before anything is upgraded.</summary>
public abstract class WebSocketErrorAnswerTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : WebSocketErrorAnswerTests(Route.Raw1);

    public sealed class OverTls() : WebSocketErrorAnswerTests(Route.RawTls1);

    public sealed class OverHttp2() : WebSocketErrorAnswerTests(Route.WebSocket2);

    [Theory]
    [InlineData("")]
    [InlineData("?EIO=4")]
    [InlineData("?EIO=4&transport=carrier-pigeon")]
    public async Task A_WebSocket_for_a_transport_that_is_missing_or_unknown_gets_400_code_0(string query)
    {
        WireServer server = await StartAsync();

        (await WebSocketWire.RefusedAsync(server, query)).ShouldBeError(400, 0, "Transport unknown");
    }

    [Fact]
    public async Task A_WebSocket_where_only_polling_is_allowed_gets_400_code_0()
    {
        WireServer server = await StartAsync(o => o.Transports = SocketIOTransports.Polling);

        (await WebSocketWire.RefusedAsync(server)).ShouldBeError(400, 0, "Transport unknown");
    }

    [Fact]
    public async Task A_WebSocket_for_an_unknown_sid_gets_400_code_1()
    {
        WireServer server = await StartAsync();

        (await WebSocketWire.RefusedAsync(server, $"{WebSocketWire.Query}&sid=AAAAAAAAAAAAAAAAAAAA")).ShouldBeError(400, 1, "Session ID unknown");
    }

    [Theory]
    [InlineData("?transport=websocket")]
    [InlineData("?EIO=3&transport=websocket")]
    [InlineData("?EIO=5&transport=websocket")]
    public async Task A_WebSocket_in_another_protocol_version_gets_400_code_5(string query)
    {
        WireServer server = await StartAsync();

        (await WebSocketWire.RefusedAsync(server, query)).ShouldBeError(400, 5, "Unsupported protocol version");
    }

    [Fact]
    public async Task A_WebSocket_that_asks_for_polling_gets_400_code_3()
    {
        WireServer server = await StartAsync();

        (await WebSocketWire.RefusedAsync(server, PollingClient.Query)).ShouldBeError(400, 3, "Bad request");
    }

    [Fact]
    public async Task A_WebSocket_in_another_protocol_version_than_its_sessions_gets_400_code_3_and_the_log_names_PROTOCOL_MISMATCH()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        (await WebSocketWire.RefusedAsync(server, $"?EIO=3&transport=websocket&sid={sid}")).ShouldBeError(400, 3, "Bad request");

        await server.Log.ContainsAsync("PROTOCOL_MISMATCH");
        (await http.PostAsync(sid, "40")).ShouldBeOk();
    }
}
