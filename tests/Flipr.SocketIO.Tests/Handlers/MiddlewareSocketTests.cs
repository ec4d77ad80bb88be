using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What middleware does with a socket that has yet to connect is there when it has.</summary>
public sealed class MiddlewareSocketTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rooms_joined_in_middleware_are_the_sockets_rooms_once_it_has_connected(bool awaits)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("rooms");
        server.IO.Default.OnRoomJoined((room, _) => heard.Add("joined " + room));
        server.IO.Use(async socket =>
        {
            if (awaits)
            {
                await Task.Yield();
            }

            await socket.JoinAsync("kept");
            await socket.JoinAsync("left");
            await socket.LeaveAsync("left");
            heard.Add($"in middleware {string.Join(' ', socket.Rooms)}, others see {(await server.IO.In("kept").FetchSocketsAsync()).Count}");
        });
        server.IO.OnConnection(socket => heard.Add($"connected {string.Join(' ', socket.Rooms.Where(room => room != socket.Id))}"));
        EngineClient client = await JoinAsync(server);

        await server.IO.To("left").EmitAsync("not heard");
        await server.IO.To("kept").EmitAsync("heard");

        await client.ShouldReceiveAsync("42[\"heard\"]");
        Assert.Equal(["in middleware kept, others see 0", "joined kept", "connected kept"], heard.All);
    }

    [Fact]
    public async Task Rooms_joined_in_middleware_are_gone_when_the_socket_is_refused()
    {
        WireServer server = await StartAsync();
        Socket? refused = null;
        server.IO.Use(async socket =>
        {
            refused = socket;
            await socket.JoinAsync("r");
            throw new ConnectionRefusedException("no");
        });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        await client.ShouldReceiveAsync("44{\"message\":\"no\"}");
        Assert.Empty(refused!.Rooms);
        Assert.Empty(await server.IO.In("r").FetchSocketsAsync());
        await refused.JoinAsync("r");
        Assert.Empty(refused.Rooms);
    }

    [Fact]
    public async Task The_limit_of_rooms_holds_in_middleware_too()
    {
        WireServer server = await StartAsync(o => o.MaxRoomsPerSocket = 1);
        var heard = new Heard<string>("the exception");
        server.IO.Use(async socket =>
        {
            await socket.JoinAsync("a");
            await socket.JoinAsync("a");
            heard.Add((await Assert.ThrowsAsync<InvalidOperationException>(() => socket.JoinAsync("b").AsTask())).Message);
        });

        await JoinAsync(server);

        Assert.Contains("MaxRoomsPerSocket", await heard.NextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_middleware_emits_arrives_after_the_CONNECT_packet_and_before_what_follows(bool awaits)
    {
        WireServer server = await StartAsync();
        server.IO.Use(async socket =>
        {
            if (awaits)
            {
                await Task.Yield();
            }

            await socket.EmitAsync("first", new byte[] { 1 });
            await socket.EmitAsync("second");
            await socket.AsVolatile.EmitAsync("dropped");
        });
        server.IO.OnConnection(socket => socket.EmitAsync("third").AsTask());
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync();

        await client.ShouldReceiveAsync("451-[\"first\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1 }, "42[\"second\"]", "42[\"third\"]");
    }

    [Fact]
    public async Task What_middleware_emits_to_a_client_that_it_refuses_is_not_sent()
    {
        WireServer server = await StartAsync();
        server.IO.Use(async socket =>
        {
            await socket.EmitAsync("secret");
            throw new ConnectionRefusedException("no");
        });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40", "40");

        await client.ShouldReceiveAsync("44{\"message\":\"no\"}", "44{\"message\":\"no\"}");
    }

    [Fact]
    public async Task What_middleware_emits_is_bounded_as_all_that_waits_for_a_client()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 10_000);
        var heard = new Heard<string>("emitted");
        server.IO.Use(async socket =>
        {
            for (int i = 0; i < 5; i++)
            {
                await socket.EmitAsync("x", new string('x', 4_000));
            }

            heard.Add("all");
        });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        await heard.NextAsync();
        await server.UntilConnectionsAsync(0);
        await server.Log.ContainsAsync("outbound limit exceeded");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_while_the_middleware_waits_ends_the_wait_and_nothing_of_it_is_an_error(bool asks)
    {
        WireServer server = await StartAsync();
        var asked = new Heard<string>("the middleware");
        var ended = new Heard<string>("the middleware's end");
        server.IO.Use(async socket =>
        {
            try
            {
                // The question goes out behind the CONNECT packet, which never comes.
                Task waiting = asks ? socket.EmitWithAckAsync<int>("question") : Task.Delay(Timeout.Infinite, socket.Disconnected);
                asked.Add(socket.Id);
                await waiting;
            }
            finally
            {
                ended.Add(socket.Id);
            }
        });
        EngineClient client = await OpenAsync(server);
        await client.SendAsync("40");
        await asked.NextAsync();

        await client.VanishAsync();

        await ended.NextAsync();
        await server.Log.ContainsAsync("ended with its socket");
    }

    [Fact]
    public async Task A_refusal_after_the_ConnectTimeout_ends_a_connection_that_has_joined_nothing()
    {
        WireServer server = await StartAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        var asked = new Heard<string>("the middleware");
        var think = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.Use(async socket =>
        {
            asked.Add(socket.Id);
            await think.Task;
            throw new ConnectionRefusedException("no");
        });
        EngineClient client = await OpenAsync(server);
        server.Clock.Advance(TimeSpan.FromSeconds(4));
        await client.SendAsync("40");
        await asked.NextAsync();
        EngineClient other = await OpenAsync(server);
        server.Clock.Advance(TimeSpan.FromSeconds(2));
        await server.UntilConnectionsAsync(2);

        think.SetResult();

        await client.ShouldReceiveAsync("44{\"message\":\"no\"}");
        await server.PassUntilAsync(client.ReceiveEndAsync(), "the connection ends");
        await server.Log.ContainsAsync("joined no namespace in time");
        await other.VanishAsync();
    }
}
