using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>An Origin that no browser writes.</summary>
public sealed class IllegalOriginTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("https://app.example.com\u0001")]
    [InlineData("https://app.exa\u007fmple.com")]
    public async Task An_Origin_with_illegal_characters_gets_400_code_3_and_the_log_names_INVALID_ORIGIN(string origin)
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("*"));
        RawConnection connection = await ConnectAsync(server);

        await connection.SendAsync($"GET /socket.io/{PollingClient.Query} HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\n\r\n");

        HttpAnswer answer = await connection.ReceiveAnswerAsync();
        answer.ShouldBeError(400, 3, "Bad request");
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        await server.Log.ContainsAsync("INVALID_ORIGIN");
    }

    [Fact]
    public async Task An_Origin_with_illegal_characters_gets_400_code_3_on_a_WebSocket_too()
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("*"));

        (await WebSocketWire.RefusedAsync(server, WebSocketWire.Query, "Origin: https://app.example.com\u0001")).ShouldBeError(400, 3, "Bad request");
    }
}
