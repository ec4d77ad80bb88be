using System.Text;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>WebSocket frames that no client should send.</summary>
public abstract class FrameTests(Route route) : HostileTest(route)
{
    private const string Echo = "421[\"barrier\"]";

    public sealed class OverRawPath() : FrameTests(Route.Raw1);

    public sealed class OverFallbackPath() : FrameTests(Route.Fallback1);

    public sealed class OverHttp2() : FrameTests(Route.WebSocket2);

    public static TheoryData<string, byte[], int> Illegal => new()
    {
        { "not masked", (Frame.Text(Echo) with { Masked = false }).ToBytes(), 1002 },
        { "RSV1 without an extension", (Frame.Text(Echo) with { Reserved = 0x40 }).ToBytes(), 1002 },
        { "RSV2", (Frame.Text(Echo) with { Reserved = 0x20 }).ToBytes(), 1002 },
        { "RSV3", (Frame.Text(Echo) with { Reserved = 0x10 }).ToBytes(), 1002 },
        { "reserved data opcode", new Frame((Opcode)0x3, [1]).ToBytes(), 1002 },
        { "reserved control opcode", new Frame((Opcode)0xB, []).ToBytes(), 1002 },
        { "ping of 126 bytes", new Frame(Opcode.Ping, new byte[126]).ToBytes(), 1002 },
        { "fragmented ping", (new Frame(Opcode.Ping, [1]) with { Final = false }).ToBytes(), 1002 },
        { "fragmented close", (Frame.Close(1000) with { Final = false }).ToBytes(), 1002 },
        { "continuation of nothing", new Frame(Opcode.Continuation, [1]).ToBytes(), 1002 },
        { "message inside a message", [.. (Frame.Text("42") with { Final = false }).ToBytes(), .. Frame.Text(Echo).ToBytes()], 1002 },
        { "close of one byte", new Frame(Opcode.Close, [3]).ToBytes(), 1002 },
        { "close code 999", Frame.Close(999).ToBytes(), 1002 },
        { "close code 1005", Frame.Close(1005).ToBytes(), 1002 },
        { "close code 1006", Frame.Close(1006).ToBytes(), 1002 },
        { "close code 5000", Frame.Close(5000).ToBytes(), 1002 },
        { "text that is not UTF-8", new Frame(Opcode.Text, [0x34, 0x32, 0xff, 0xfe]).ToBytes(), 1007 },
        { "text that ends within a character", new Frame(Opcode.Text, [0x34, 0x32, 0xe2, 0x82]).ToBytes(), 1007 },
        { "text with an overlong character", new Frame(Opcode.Text, [0x34, 0xc0, 0xaf]).ToBytes(), 1007 },
        { "text with a surrogate", new Frame(Opcode.Text, [0x34, 0xed, 0xa0, 0x80]).ToBytes(), 1007 },
    };

    [Theory]
    [MemberData(nameof(Illegal))]
    public async Task An_illegal_frame_closes_its_own_connection_with_its_code(string what, byte[] frame, int code)
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        WebSocketWire attacker = await AttackerAsync(server);

        await attacker.SendBytesAsync(frame);

        Assert.Equal((what, code), (what, (await attacker.ReceiveCloseAsync()).Code));
        Assert.Equal("transport error", await closed.NextAsync());
        await server.PassUntilAsync(attacker.ReceiveEndAsync(), "the connection ends");
    }

    [Fact]
    public async Task A_length_with_its_highest_bit_set_ends_the_connection()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        WebSocketWire attacker = await AttackerAsync(server);

        await attacker.SendAsync(new Frame(Opcode.Text, []) { DeclaredLength = 0x8000_0000_0000_0000 });

        await closed.NextAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_message_in_fragments_of_one_byte_with_pings_between_them_is_heard_whole()
    {
        (WireServer server, _) = await StartAttackedAsync();
        server.IO.OnConnection(socket => socket.On("echo", async (string text) => await socket.EmitAsync("echo", text)));
        WebSocketWire attacker = await AttackerAsync(server);
        byte[] message = Encoding.UTF8.GetBytes("42[\"echo\",\"" + new string('€', 100) + "\"]");

        var frames = new List<Frame>();
        for (int i = 0; i < message.Length; i++)
        {
            frames.Add(new Frame(i == 0 ? Opcode.Text : Opcode.Continuation, [message[i]]) { Final = i == message.Length - 1 });
            if (i % 50 == 10)
            {
                frames.Add(new Frame(Opcode.Ping, [(byte)i]));
            }
        }

        await attacker.SendAsync([.. frames]);

        string echoed = "";
        int pongs = 0;
        while (echoed.Length == 0)
        {
            Frame frame = await attacker.ReceiveFrameAsync();
            pongs += frame.Opcode == Opcode.Pong ? 1 : 0;
            echoed = frame.Opcode == Opcode.Text ? Encoding.UTF8.GetString(frame.Payload) : "";
        }

        Assert.Equal((Encoding.UTF8.GetString(message), frames.Count(f => f.Opcode == Opcode.Ping)), (echoed, pongs));
    }

    [Fact]
    public async Task Frames_that_arrive_byte_by_byte_are_heard()
    {
        (WireServer server, _) = await StartAttackedAsync();
        WebSocketWire attacker = await AttackerAsync(server);

        foreach (byte b in Frame.Text(Echo).ToBytes())
        {
            await attacker.SendBytesAsync(new[] { b });
        }

        Assert.Equal("431[]", await attacker.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_message_whose_fragments_never_end_does_not_outlive_the_ping_timeout()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        WebSocketWire attacker = await AttackerAsync(server);
        await attacker.SendAsync(new Frame(Opcode.Text, []) { Final = false });
        Task<string> end = closed.NextAsync();

        Task passing = server.PassUntilAsync(end, "the session times out");
        for (int i = 0; i < 300 && !end.IsCompleted; i++)
        {
            try
            {
                await attacker.SendAsync(new Frame(Opcode.Continuation, []) { Final = false });
            }
            catch (IOException)
            {
                // The server has cut the connection.
                break;
            }
        }

        await passing;
        Assert.Equal("ping timeout", await end);
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_header_without_its_payload_does_not_outlive_the_ping_timeout()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        WebSocketWire attacker = await AttackerAsync(server);

        await attacker.SendAsync(new Frame(Opcode.Text, [0x34]) { DeclaredLength = 900_000 });

        Task<string> end = closed.NextAsync();
        await server.PassUntilAsync(end, "the session times out");
        Assert.Equal("ping timeout", await end);
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task After_its_close_frame_nothing_that_a_client_sends_is_heard()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("late", () => heard.Add("late")));
        WebSocketWire attacker = await AttackerAsync(server);

        await attacker.SendAsync(Frame.Close(1000), Frame.Text("42[\"late\"]"));

        Assert.Equal(1000, (await attacker.ReceiveCloseAsync()).Code);
        Assert.Equal("transport close", await closed.NextAsync());
        await server.UntilConnectionsAsync(0);
        Assert.Empty(heard.All);
    }

    [Fact]
    public async Task After_the_server_closed_nothing_that_a_client_sends_is_heard()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("late", () => heard.Add("late")));
        WebSocketWire attacker = await AttackerAsync(server);

        // The first message breaks the rules, the second comes with it.
        await attacker.SendAsync(Frame.Text("42["), Frame.Text("42[\"late\"]"));

        Assert.Equal("parse error", await closed.NextAsync());
        await server.PassUntilAsync(attacker.ReceiveCloseAndEndAsync(), "the connection ends");
        Assert.Empty(heard.All);
    }
}
