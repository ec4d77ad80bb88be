using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Which web pages may open a WebSocket: browsers do not ask before they do.</summary>
public abstract class WebSocketOriginTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : WebSocketOriginTests(Route.Raw1);

    public sealed class OverFallbackPathWithTls() : WebSocketOriginTests(Route.FallbackTls1);

    public sealed class OverHttp2() : WebSocketOriginTests(Route.WebSocket2);

    [Fact]
    public async Task A_refused_origin_gets_403_code_4_for_a_WebSocket_too()
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("https://app.example.com"));

        (await WebSocketWire.RefusedAsync(server, WebSocketWire.Query, "Origin: https://evil.example.org")).ShouldBeError(403, 4, "Forbidden");
    }

    [Fact]
    public async Task A_refused_origin_cannot_upgrade_a_session_that_another_opened()
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("https://app.example.com"));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        HttpAnswer answer = await WebSocketWire.RefusedAsync(server, $"{WebSocketWire.Query}&sid={sid}", "Origin: https://evil.example.org");

        answer.ShouldBeError(403, 4, "Forbidden");
        (await http.PostAsync(sid, "421[\"barrier\"]")).ShouldBeOk();
        (await http.GetAsync(sid)).ShouldBePackets("431[]");
    }

    [Theory]
    [InlineData("https://app.example.com")]
    [InlineData(null)]
    public async Task An_allowed_origin_and_a_client_without_one_open_a_WebSocket(string? origin)
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("https://app.example.com"));

        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, origin is null ? [] : [$"Origin: {origin}"]);

        OpenPacket.Parse(await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_page_of_the_same_origin_opens_a_WebSocket()
    {
        WireServer server = await StartAsync(o => o.Cors.Origins.Add("https://app.example.com"));

        // Over HTTP/1.1 these tests say Host: localhost, over HTTP/2 the address itself.
        string host = Route.Http2 ? $"127.0.0.1:{server.Port}" : "localhost";
        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, $"Origin: {server.Address.Scheme}://{host}");

        OpenPacket.Parse(await socket.ReceiveTextAsync());
    }
}
