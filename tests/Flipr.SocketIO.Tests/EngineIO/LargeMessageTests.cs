using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Messages larger than what a connection takes at once: they wait as one message, not as a copy per client, and count as what waits.</summary>
[Collection(nameof(HeapMeasured))]
public abstract class LargeMessageTests(Route route) : WireTest(route)
{
    private const int Clients = 24;
    private const int Size = 12 * 1024 * 1024;

    // The message twice, as the pool's arrays are powers of two, 256 KB per connection, and what else the process does meanwhile.
    private const long Bound = (2 * 16L * 1024 * 1024) + (Clients * 256L * 1024) + (32L * 1024 * 1024);

    public sealed class OverRawPath() : LargeMessageTests(Route.Raw1);

    public sealed class OverFallbackPath() : LargeMessageTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : LargeMessageTests(Route.RawTls1);

    [Fact]
    public async Task A_large_broadcast_to_clients_that_do_not_read_grows_the_heap_by_one_message_not_by_copies()
    {
        WireServer server = await StartAsync();
        for (int i = 0; i < Clients; i++)
        {
            await JoinAsync(server);
        }

        string text = new('x', Size);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await server.IO.EmitAsync("x", text);

        long growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(growth < Bound, $"The heap grew by {growth >> 20} MB, more than {Bound >> 20} MB");
        Assert.Equal(Clients, server.IO.ConnectionCount);
        GC.KeepAlive(text);
    }

    [Fact]
    public async Task What_is_left_of_a_large_message_counts_against_the_limit()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 1024 * 1024);
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        await JoinAsync(server);

        // Far more than the system takes for a connection; it passes, as nothing waits before it.
        string huge = new('x', 24 * 1024 * 1024);
        await server.IO.EmitAsync("x", huge);
        await server.IO.EmitAsync("x", "what follows has the limit to itself");
        Assert.Equal(1, server.IO.ConnectionCount);
        await server.IO.EmitAsync("x", huge);

        Assert.Equal("outbound limit exceeded", await reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task Large_messages_and_their_attachments_arrive_whole_and_in_order()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 64 * 1024 * 1024);
        EngineClient client = await JoinAsync(server);
        const int Messages = 12;
        string text = new('y', 300_000);
        byte[] bytes = [.. Enumerable.Range(0, 200_000).Select(i => (byte)i)];

        for (int n = 0; n < Messages; n++)
        {
            await server.IO.EmitAsync("large", n, text, bytes);
            await server.IO.EmitAsync("small", n);
        }

        for (int n = 0; n < Messages; n++)
        {
            await client.ShouldReceiveAsync($"451-[\"large\",{n},\"{text}\",{{\"_placeholder\":true,\"num\":0}}]");
            Assert.Equal(bytes, await client.ReceiveBinaryAsync());
            await client.ShouldReceiveAsync($"42[\"small\",{n}]");
        }
    }
}

/// <summary>Tests that measure the heap: nothing runs beside them.</summary>
[CollectionDefinition(nameof(HeapMeasured), DisableParallelization = true)]
public sealed class HeapMeasured;

/// <summary>Control frames among large messages, which the raw path writes piece by piece.</summary>
public sealed class LargeMessageControlFrameTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_pong_never_stands_inside_a_message_or_between_it_and_its_attachment()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 64 * 1024 * 1024);
        WebSocketWire client = ((WebSocketSession)await JoinAsync(server)).Wire;
        const int Messages = 20;
        byte[] bytes = new byte[700_000];
        string text = new('y', 700_000);
        Task pinging = Task.Run(
            async () =>
            {
                for (int n = 0; n < Messages; n++)
                {
                    await client.SendAsync(new Frame(Opcode.Ping, [(byte)n]));
                }
            },
            TestContext.Current.CancellationToken);
        for (int n = 0; n < Messages; n++)
        {
            await server.IO.EmitAsync("large", text, bytes);
        }

        await pinging;
        var opcodes = new List<Opcode>();
        while (opcodes.Count < 3 * Messages)
        {
            // A frame that another had cut into would be none.
            opcodes.Add((await client.ReceiveFrameAsync()).Opcode);
        }

        Assert.Equal(Messages, opcodes.Count(opcode => opcode == Opcode.Pong));
        Assert.Equal(
            Enumerable.Repeat(new[] { Opcode.Text, Opcode.Binary }, Messages).SelectMany(pair => pair),
            opcodes.Where(opcode => opcode != Opcode.Pong));
        Assert.All(Enumerable.Range(0, opcodes.Count).Where(i => opcodes[i] == Opcode.Text), i => Assert.Equal(Opcode.Binary, opcodes[i + 1]));
    }
}
