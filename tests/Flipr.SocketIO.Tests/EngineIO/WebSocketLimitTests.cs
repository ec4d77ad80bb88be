using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>What is larger than maxPayload, over WebSocket.</summary>
public abstract class WebSocketLimitTests(Route route) : WireTest(route)
{
    private const int Max = 10_000;

    public sealed class OverRawPath() : WebSocketLimitTests(Route.Raw1);

    public sealed class OverFallbackPath() : WebSocketLimitTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : WebSocketLimitTests(Route.RawTls1);

    public sealed class OverHttp2() : WebSocketLimitTests(Route.WebSocket2);

    [Fact]
    public async Task A_message_of_exactly_maxPayload_is_taken_in()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        WebSocketWire socket = await JoinedAsync(server);

        await socket.SendTextAsync(EventOf(Max));

        Assert.Equal($"42[\"length\",{Max - "42[\"x\",\"\"]".Length}]", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_message_larger_than_maxPayload_closes_with_1009()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        WebSocketWire socket = await JoinedAsync(server);

        await socket.SendTextAsync(EventOf(Max + 1));

        Assert.Equal(1009, (await socket.ReceiveCloseAndEndAsync()).Code);
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task Fragments_that_together_are_larger_than_maxPayload_close_with_1009()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        WebSocketWire socket = await JoinedAsync(server);
        byte[] message = System.Text.Encoding.UTF8.GetBytes(EventOf(Max + 1));

        await socket.SendAsync(
            new Frame(Opcode.Text, message[..6_000]) { Final = false },
            new Frame(Opcode.Continuation, message[6_000..]));

        Assert.Equal(1009, (await socket.ReceiveCloseAndEndAsync()).Code);
    }

    [Fact]
    public async Task Binary_larger_than_maxPayload_closes_with_1009()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        WebSocketWire socket = await JoinedAsync(server);
        await socket.SendTextAsync("451-[\"y\",{\"_placeholder\":true,\"num\":0}]");

        await socket.SendBinaryAsync(new byte[Max + 1]);

        Assert.Equal(1009, (await socket.ReceiveCloseAndEndAsync()).Code);
    }

    [Theory]
    [InlineData(10_001UL)]
    [InlineData(2_147_483_648UL)]
    [InlineData(9_223_372_036_854_775_807UL)]
    public async Task An_announced_length_beyond_maxPayload_is_not_waited_for(ulong length)
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        var closed = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        WebSocketWire socket = await JoinedAsync(server);

        // The client sends no more than a buffer's worth of what it announced, and then waits.
        await socket.SendAsync(new Frame(Opcode.Text, new byte[Max]) { DeclaredLength = length });
        await socket.SendBytesAsync(new byte[8]);

        Assert.Equal(1009, (await socket.ReceiveCloseAsync()).Code);
        Assert.Equal("transport error", await closed.NextAsync());

        // The server may wait for a moment of its own time for the client to go.
        await server.PassUntilAsync(socket.ReceiveEndAsync(), "the connection ends");
    }

    private async Task<WebSocketWire> JoinedAsync(WireServer server)
    {
        server.IO.OnConnection(socket => socket.On("x", async (string text) => await socket.EmitAsync("length", text.Length)));
        var client = (WebSocketSession)await OpenAsync(server);
        await client.JoinAsync();
        return client.Wire;
    }

    private static string EventOf(int bytes) => $"42[\"x\",\"{new string('a', bytes - "42[\"x\",\"\"]".Length)}\"]";
}
