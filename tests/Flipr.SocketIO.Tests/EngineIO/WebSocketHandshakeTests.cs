using System.Net;
using System.Net.WebSockets;
using System.Text;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The Engine.IO handshake over WebSocket.</summary>
public abstract class WebSocketHandshakeTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : WebSocketHandshakeTests(Route.Raw1);

    public sealed class OverFallbackPath() : WebSocketHandshakeTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : WebSocketHandshakeTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : WebSocketHandshakeTests(Route.FallbackTls1);

    public sealed class OverHttp2() : WebSocketHandshakeTests(Route.WebSocket2);

    [Theory]
    [InlineData("/socket.io/")]
    [InlineData("/socket.io")]
    public async Task A_WebSocket_is_accepted_with_and_without_the_trailing_slash(string path)
    {
        WireServer server = await StartAsync();

        (HttpAnswer answer, WebSocketWire? socket) = await WebSocketWire.TryConnectAsync(server, path + WebSocketWire.Query);

        Assert.True(socket is not null, $"The handshake was answered {answer.Status} {answer.Body}");
        OpenPacket.Parse(await Own(socket).ReceiveTextAsync());
    }

    [Fact]
    public async Task The_first_message_is_the_open_packet_which_offers_no_upgrades()
    {
        WireServer server = await StartAsync();

        EngineClient client = await OpenAsync(server);

        Assert.Empty(client.Open.Upgrades);
        Assert.Equal((20, 25_000, 20_000, 1_000_000), (client.Sid.Length, client.Open.PingInterval, client.Open.PingTimeout, client.Open.MaxPayload));
    }

    [Fact]
    public async Task Without_a_subprotocol_offered_none_is_answered()
    {
        WireServer server = await StartAsync();

        WebSocketWire socket = await WebSocketAsync(server);

        Assert.Null(socket.Handshake.Header("Sec-WebSocket-Protocol"));
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("chat, superchat")]
    public async Task An_offered_subprotocol_is_answered_with_its_first_value(string offered)
    {
        WireServer server = await StartAsync();

        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, $"Sec-WebSocket-Protocol: {offered}");

        Assert.Equal("chat", socket.Handshake.Header("Sec-WebSocket-Protocol"));
    }

    [Fact]
    public async Task Per_message_deflate_is_not_agreed_unless_switched_on()
    {
        WireServer server = await StartAsync();

        WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");

        Assert.Null(socket.Handshake.Header("Sec-WebSocket-Extensions"));
        OpenPacket.Parse(await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task Per_message_deflate_when_switched_on_is_agreed_with_clients_that_offer_it()
    {
        WireServer server = await StartAsync(o => o.PerMessageDeflate = true);
        server.IO.OnConnection(socket => socket.On("echo", async (string text) => await socket.EmitAsync("echo", text)));
        using var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        if (Route.Http2)
        {
            socket.Options.HttpVersion = HttpVersion.Version20;
            socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        socket.Options.CollectHttpResponseDetails = true;
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        using var invoker = new HttpMessageInvoker(handler);
        var uri = new UriBuilder(server.Address) { Scheme = Route.Tls ? "wss" : "ws", Path = "/socket.io/", Query = WebSocketWire.Query };
        await socket.ConnectAsync(uri.Uri, invoker, TestContext.Current.CancellationToken).Within("the WebSocket opens");
        Assert.StartsWith("permessage-deflate", socket.HttpResponseHeaders!["Sec-WebSocket-Extensions"].Single(), StringComparison.Ordinal);

        string text = new('z', 5_000);
        foreach (string message in new[] { "40", $"42[\"echo\",\"{text}\"]" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken).Within("sending");
        }

        OpenPacket.Parse(await ReceiveAsync());
        EngineClient.SidOf(await ReceiveAsync());
        Assert.Equal($"42[\"echo\",\"{text}\"]", await ReceiveAsync());

        async Task<string> ReceiveAsync()
        {
            byte[] buffer = new byte[10_000];
            int length = 0;
            ValueWebSocketReceiveResult result;
            do
            {
                result = await socket.ReceiveAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken).AsTask().Within("a message");
                length += result.Count;
            }
            while (!result.EndOfMessage);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    [Fact]
    public async Task A_WebSocket_speaks_before_polling_ever_did()
    {
        WireServer server = await StartAsync(o => o.Transports = SocketIOTransports.WebSocket);

        EngineClient client = await OpenAsync(server);

        await client.JoinAsync();
    }
}
