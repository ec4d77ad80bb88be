using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Bytes in text messages of a WebSocket: the client's option <c>forceBase64</c>.</summary>
public abstract class WebSocketBase64Tests(Route route) : WireTest(route)
{
    private const string Asking = WebSocketWire.Query + "&b64=1";
    private static readonly byte[] Bytes = [0, 1, 2, 253, 254, 255];

    public sealed class OverRawPath() : WebSocketBase64Tests(Route.Raw1);

    public sealed class OverFallbackPath() : WebSocketBase64Tests(Route.Fallback1);

    public sealed class OverHttp2() : WebSocketBase64Tests(Route.WebSocket2);

    [Theory]
    [InlineData(WebSocketWire.Query)]
    [InlineData(Asking)]
    public async Task A_text_message_of_b_and_base64_is_bytes(string query)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("bytes");
        server.IO.OnConnection(socket => socket.On("bytes", (byte[] first, byte[] second) => heard.Add($"{Convert.ToHexString(first)} {Convert.ToHexString(second)}")));
        WebSocketWire socket = await JoinedAsync(server, query);

        await socket.SendTextAsync("452-[\"bytes\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]");
        await socket.SendTextAsync("bAAEC/f7/");
        await socket.SendBinaryAsync(7, 8);

        Assert.Equal("000102FDFEFF 0708", await heard.NextAsync());
    }

    [Theory]
    [InlineData("b!!!!")]
    [InlineData("bAAE")]
    public async Task Base64_that_is_none_closes_with_parse_error(string text)
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        WebSocketWire socket = await JoinedAsync(server, WebSocketWire.Query);

        await socket.SendTextAsync("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]");
        await socket.SendTextAsync(text);

        Assert.Equal("parse error", await reasons.NextAsync());
        await socket.ReceiveCloseAndEndAsync();
    }

    [Fact]
    public async Task Who_asks_by_b64_1_gets_bytes_in_that_form_and_the_others_get_them_as_they_are()
    {
        WireServer server = await StartAsync();
        WebSocketWire asking = await JoinedAsync(server, Asking);
        WebSocketWire other = await JoinedAsync(server, WebSocketWire.Query);
        WebSocketWire declining = await JoinedAsync(server, WebSocketWire.Query + "&b64=0");

        await server.IO.EmitAsync("bytes", Bytes, new byte[] { 7 });

        foreach (WebSocketWire socket in new[] { asking, other, declining })
        {
            Assert.Equal("452-[\"bytes\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", await socket.ReceiveTextAsync());
        }

        Assert.Equal("bAAEC/f7/", await asking.ReceiveTextAsync());
        Assert.Equal("bBw==", await asking.ReceiveTextAsync());
        foreach (WebSocketWire socket in new[] { other, declining })
        {
            Assert.Equal(Bytes, await socket.ReceiveBinaryAsync());
            Assert.Equal([7], await socket.ReceiveBinaryAsync());
        }
    }

    [Fact]
    public async Task It_holds_across_an_upgrade_and_on_polling_it_changes_nothing()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = OpenPacket.Parse((await http.SendAsync(HttpMethod.Get, PollingClient.Query + "&b64=1")).Body).Sid;
        (await http.PostAsync(sid, "40")).ShouldBeOk();
        Assert.StartsWith("40{", (await http.GetAsync(sid)).Body, StringComparison.Ordinal);
        await server.IO.EmitAsync("bytes", Bytes);
        (await http.GetAsync(sid)).ShouldBePackets("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", "bAAEC/f7/");

        WebSocketWire socket = await WebSocketAsync(server, $"{Asking}&sid={sid}");
        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
        await server.IO.EmitAsync("bytes", Bytes);
        await socket.SendTextAsync("5");
        await server.IO.EmitAsync("bytes", new byte[] { 7 });

        Assert.Equal("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", await socket.ReceiveTextAsync());
        Assert.Equal("bAAEC/f7/", await socket.ReceiveTextAsync());
        Assert.Equal("451-[\"bytes\",{\"_placeholder\":true,\"num\":0}]", await socket.ReceiveTextAsync());
        Assert.Equal("bBw==", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_large_broadcast_of_bytes_stays_whole_in_both_forms()
    {
        WireServer server = await StartAsync();
        WebSocketWire asking = await JoinedAsync(server, Asking);
        WebSocketWire other = await JoinedAsync(server, WebSocketWire.Query);
        byte[] large = new byte[200_001];
        Random.Shared.NextBytes(large);

        await server.IO.EmitAsync("bytes", large);

        await asking.ReceiveTextAsync();
        Assert.Equal("b" + Convert.ToBase64String(large), await asking.ReceiveTextAsync());
        await other.ReceiveTextAsync();
        Assert.Equal(large, await other.ReceiveBinaryAsync());
    }

    private async Task<WebSocketWire> JoinedAsync(WireServer server, string query)
    {
        WebSocketWire socket = await WebSocketAsync(server, query);
        Assert.StartsWith("0{", await socket.ReceiveTextAsync(), StringComparison.Ordinal);
        await socket.SendTextAsync("40");
        Assert.StartsWith("40{", await socket.ReceiveTextAsync(), StringComparison.Ordinal);
        return socket;
    }
}
