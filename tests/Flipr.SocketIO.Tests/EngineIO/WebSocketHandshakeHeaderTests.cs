using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>HTTP/1.1 requests that want a WebSocket and ask for it wrongly.</summary>
public abstract class WebSocketHandshakeHeaderTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : WebSocketHandshakeHeaderTests(Route.Raw1);

    public sealed class OverTls() : WebSocketHandshakeHeaderTests(Route.RawTls1);

    [Theory]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13")]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: ")]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: c2hvcnQ=")]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: not base64 not base64 ==")]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 8|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Connection: Upgrade|Upgrade: h2c|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Upgrade: websocket|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    public async Task A_WebSocket_handshake_that_breaks_RFC_6455_gets_a_4xx_and_no_session(string headers)
    {
        WireServer server = await StartAsync();
        RawConnection connection = await ConnectAsync(server);

        await connection.SendRequestAsync("GET", "/socket.io/" + WebSocketWire.Query, headers.Split('|'));

        HttpAnswer answer = await connection.ReceiveAnswerAsync();
        Assert.InRange(answer.Status, 400, 426);
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_POST_that_asks_for_a_WebSocket_gets_400_code_2()
    {
        WireServer server = await StartAsync();
        RawConnection connection = await ConnectAsync(server);

        await connection.SendRequestAsync("POST", "/socket.io/" + WebSocketWire.Query, [.. WebSocketWire.UpgradeHeaders, "Content-Length: 0"]);

        (await connection.ReceiveAnswerAsync()).ShouldBeError(400, 2, "Bad handshake method");
    }

    [Fact]
    public async Task Header_names_and_values_of_the_handshake_are_read_without_regard_to_case()
    {
        WireServer server = await StartAsync();
        RawConnection connection = await ConnectAsync(server);

        await connection.SendRequestAsync(
            "GET",
            "/socket.io/" + WebSocketWire.Query,
            ["connection: keep-alive, UPGRADE", "UPGRADE: WebSocket", "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]);

        HttpAnswer answer = await connection.ReceiveAnswerAsync();
        Assert.Equal((101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), (answer.Status, answer.Header("Sec-WebSocket-Accept")));
    }
}
