using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>The ends that only a WebSocket can come to.</summary>
public abstract class WebSocketDisconnectReasonTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : WebSocketDisconnectReasonTests(Route.Raw1);

    public sealed class OverFallbackPath() : WebSocketDisconnectReasonTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : WebSocketDisconnectReasonTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : WebSocketDisconnectReasonTests(Route.FallbackTls1);

    public sealed class OverHttp2() : WebSocketDisconnectReasonTests(Route.WebSocket2);

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1005)]
    [InlineData(4000)]
    public async Task A_client_that_closes_its_WebSocket_is_transport_close_and_its_close_frame_is_answered(int code)
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        WebSocketWire socket = ((WebSocketSession)await JoinAsync(server)).Wire;

        await socket.SendAsync(code == 1005 ? new Frame(Opcode.Close, []) : Frame.Close(code, "bye"));

        int answered = (await socket.ReceiveCloseAsync()).Code;
        Assert.True(answered == code || answered is 1000 or 1005, $"The close was answered with {answered}");
        await socket.ReceiveEndAsync();
        Assert.Equal("transport close", await reasons.NextAsync());
    }

    [Fact]
    public async Task A_client_whose_connection_is_cut_is_transport_close()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        EngineClient client = await JoinAsync(server);

        await client.VanishAsync();

        Assert.Equal("transport close", await reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_frame_that_breaks_RFC_6455_is_transport_error_and_closes_with_1002()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        WebSocketWire socket = ((WebSocketSession)await JoinAsync(server)).Wire;

        await socket.SendAsync(Frame.Text("42[\"x\"]") with { Masked = false });

        Assert.Equal(1002, (await socket.ReceiveCloseAsync()).Code);
        Assert.Equal("transport error", await reasons.NextAsync());

        // The server may wait for a moment of its own time for the client to go.
        await server.PassUntilAsync(socket.ReceiveEndAsync(), "the connection ends");
    }

    [Fact]
    public async Task A_message_larger_than_maxPayload_is_transport_error()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = 1_000);
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        WebSocketWire socket = ((WebSocketSession)await JoinAsync(server)).Wire;

        await socket.SendTextAsync(new string('4', 1_001));

        Assert.Equal(1009, (await socket.ReceiveCloseAndEndAsync()).Code);
        Assert.Equal("transport error", await reasons.NextAsync());
    }

    [Fact]
    public async Task A_WebSocket_ping_is_answered_with_its_pong()
    {
        WireServer server = await StartAsync();
        WebSocketWire socket = ((WebSocketSession)await JoinAsync(server)).Wire;

        await socket.SendAsync(new Frame(Opcode.Ping, "abc"u8.ToArray()));

        Assert.Equal("Pong 616263", (await socket.ReceiveFrameAsync()).ToString());
    }
}
