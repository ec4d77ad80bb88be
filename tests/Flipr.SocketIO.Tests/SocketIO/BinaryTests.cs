using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Packets with attachments.</summary>
public abstract class BinaryTests(Route route) : WireTest(route)
{
    private static readonly byte[] One = [1, 2, 3];
    private static readonly byte[] Two = [0, 255];

    public sealed class OverRawPath() : BinaryTests(Route.Raw1);

    public sealed class OverFallbackPath() : BinaryTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : BinaryTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : BinaryTests(Route.FallbackTls1);

    public sealed class OverHttp2() : BinaryTests(Route.WebSocket2);

    public sealed class OverPolling() : BinaryTests(Route.Polling1);

    [Fact]
    public async Task Bytes_in_an_emitted_event_leave_as_attachments_in_their_order()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await server.IO.EmitAsync("one", One);
        await server.IO.EmitAsync("two", One, "between", new { Nested = new[] { Two } });

        await client.ShouldReceiveAsync(
            "451-[\"one\",{\"_placeholder\":true,\"num\":0}]",
            One,
            "452-[\"two\",{\"_placeholder\":true,\"num\":0},\"between\",{\"nested\":[{\"_placeholder\":true,\"num\":1}]}]",
            One,
            Two);
    }

    [Fact]
    public async Task Memory_leaves_as_an_attachment_too_and_an_empty_one_is_one()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await server.IO.EmitAsync("memory", new ReadOnlyMemory<byte>(One, 1, 1), Array.Empty<byte>());

        await client.ShouldReceiveAsync(
            "452-[\"memory\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]",
            new byte[] { 2 },
            Array.Empty<byte>());
    }

    [Fact]
    public async Task Attachments_in_a_namespace_follow_a_header_that_carries_it()
    {
        WireServer server = await StartAsync();
        Namespace admin = server.IO.Of("/admin");
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/admin");

        await admin.EmitAsync("one", One);

        await client.ShouldReceiveAsync("451-/admin,[\"one\",{\"_placeholder\":true,\"num\":0}]", One);
    }

    [Fact]
    public async Task A_clients_attachments_reach_the_handler_where_their_placeholders_stood()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("two", (byte[] a, string b, byte[] c) =>
            heard.Add($"{Convert.ToHexString(a)} {b} {Convert.ToHexString(c)}")));
        EngineClient client = await JoinAsync(server);

        // The placeholders need not stand in the order of the attachments.
        await client.SendAsync("452-[\"two\",{\"_placeholder\":true,\"num\":1},\"x\",{\"num\":0,\"_placeholder\":true}]", One, Two);

        Assert.Equal("00FF x 010203", await heard.NextAsync());
    }

    [Fact]
    public async Task One_attachment_may_stand_in_two_places()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("twice", (byte[] a, byte[] b) => heard.Add($"{Convert.ToHexString(a)} {Convert.ToHexString(b)}")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"twice\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]", Two);

        Assert.Equal("00FF 00FF", await heard.NextAsync());
    }

    [Fact]
    public async Task What_came_with_attachments_can_be_passed_on_as_it_came()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("echo", async (JsonData data, JsonData more) => await socket.EmitAsync("echo", data, more)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("452-[\"echo\",{\"a\":{\"_placeholder\":true,\"num\":0}},[{\"_placeholder\":true,\"num\":1}]]", One, Two);

        await client.ShouldReceiveAsync("452-[\"echo\",{\"a\":{\"_placeholder\":true,\"num\":0}},[{\"_placeholder\":true,\"num\":1}]]", One, Two);
    }

    [Fact]
    public async Task A_binary_event_with_an_id_is_acknowledged()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("up", (byte[] bytes, Ack ack) => ack.SendAsync(bytes.Length)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-12[\"up\",{\"_placeholder\":true,\"num\":0}]", One);

        await client.ShouldReceiveAsync("4312[3]");
    }

    [Fact]
    public async Task As_many_attachments_as_the_limit_are_heard()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("ten", (byte[][] all) => heard.Add(string.Join(' ', all.Select(a => a[0])))));
        EngineClient client = await JoinAsync(server);
        string placeholders = string.Join(',', Enumerable.Range(0, 10).Select(n => $"{{\"_placeholder\":true,\"num\":{n}}}"));

        await client.SendAsync([$"4510-[\"ten\",[{placeholders}]]", .. Enumerable.Range(0, 10).Select(n => (WirePacket)new[] { (byte)n })]);

        Assert.Equal("0 1 2 3 4 5 6 7 8 9", await heard.NextAsync());
    }

    [Fact]
    public async Task The_limit_of_attachments_is_an_option()
    {
        WireServer server = await StartAsync(o => o.MaxAttachments = 1);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", One, Two);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Theory]
    [InlineData("42[\"x\"]")]
    [InlineData("41")]
    [InlineData("451-[\"x\",{\"_placeholder\":true,\"num\":0}]")]
    [InlineData("40/admin,")]
    public async Task Any_other_packet_before_all_attachments_are_there_closes_the_connection(string packet)
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("452-[\"x\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", One, packet);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task An_attachment_that_no_packet_announced_closes_the_connection()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(One);

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task One_attachment_too_many_closes_the_connection_after_its_event_was_heard()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("x", (byte[] bytes) => heard.Add(Convert.ToHexString(bytes))));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"x\",{\"_placeholder\":true,\"num\":0}]", One, Two);

        Assert.Equal("010203", await heard.NextAsync());
        await client.ReceiveEndAsync();
    }

    [Fact]
    public async Task A_pong_may_come_between_attachments_for_it_is_not_Socket_IOs()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("x", (byte[] bytes) => heard.Add(Convert.ToHexString(bytes))));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"x\",{\"_placeholder\":true,\"num\":0}]", "3", One);

        Assert.Equal("010203", await heard.NextAsync());
    }

    [Fact]
    public async Task Nothing_comes_between_a_header_and_its_attachments_however_many_send_at_once()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        const int Each = 150;

        Task text = Task.Run(() => EmitAsync(n => server.IO.EmitAsync("t", n)), TestContext.Current.CancellationToken);
        Task binary = Task.Run(() => EmitAsync(n => server.IO.EmitAsync("b", new[] { (byte)n }, new[] { (byte)~n })), TestContext.Current.CancellationToken);
        Task more = Task.Run(() => EmitAsync(n => server.IO.Sockets.Single().EmitAsync("b", new[] { (byte)n }, new[] { (byte)~n })), TestContext.Current.CancellationToken);

        int texts = 0;
        for (int messages = 0; messages < 3 * Each; messages++)
        {
            string header = await client.ReceiveTextAsync();
            if (header.StartsWith("42[\"t\",", StringComparison.Ordinal))
            {
                Assert.Equal($"42[\"t\",{texts++}]", header);
                continue;
            }

            Assert.Equal("452-[\"b\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", header);
            byte first = Assert.Single(await client.ReceiveBinaryAsync());
            Assert.Equal((byte)~first, Assert.Single(await client.ReceiveBinaryAsync()));
        }

        await Task.WhenAll(text, binary, more);
        Assert.Equal(Each, texts);

        static async Task EmitAsync(Func<int, ValueTask> emit)
        {
            for (int n = 0; n < Each; n++)
            {
                await emit(n);
            }
        }
    }

    [Fact]
    public async Task A_placeholder_that_a_client_wrote_into_plain_JSON_cannot_be_sent_on_with_anothers_attachment()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("refusals");
        server.IO.OnConnection(socket => socket.On("relay", async (JsonData data) =>
        {
            try
            {
                await server.IO.EmitAsync("relayed", data, One);
            }
            catch (ArgumentException e)
            {
                heard.Add(e.Message);
            }
        }));
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync("42[\"relay\",{\"a\":[{\"_placeholder\":true,\"num\":0}]}]");

        Assert.Contains("_placeholder", await heard.NextAsync(), StringComparison.Ordinal);
        await attacker.ShouldHaveNothingElseAsync();
    }
}
