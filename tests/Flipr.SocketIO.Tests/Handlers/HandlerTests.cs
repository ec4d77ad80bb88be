using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What the README promises of handlers that throw, block, wait for their client, or end their own socket.</summary>
public abstract class HandlerTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : HandlerTests(Route.Raw1);

    public sealed class OverFallbackPath() : HandlerTests(Route.Fallback1);

    public sealed class OverPolling() : HandlerTests(Route.Polling1);

    [Theory]
    [InlineData("sync")]
    [InlineData("async")]
    [InlineData("later")]
    public async Task A_handler_that_throws_costs_neither_the_connection_nor_an_ack(string how)
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket =>
        {
            socket.On("sync", (Ack _) => Throw());
            socket.On("async", (Ack _) => Task.FromException(new InvalidTimeZoneException("the handler's secret")));
            socket.On("later", async (Ack _) =>
            {
                await Task.Yield();
                Throw();
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"425[\"{how}\"]");

        LogEntry entry = await server.Log.ContainsAsync($"'{how}'");
        Assert.Contains("the handler's secret", entry.Exception!.Message, StringComparison.Ordinal);
        await client.ShouldHaveNothingElseAsync();

        static void Throw() => throw new InvalidTimeZoneException("the handler's secret");
    }

    [Fact]
    public async Task A_handler_that_blocks_holds_up_its_own_connection_and_no_other()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        using var gate = new ManualResetEventSlim();
        server.IO.OnConnection(socket =>
        {
            socket.On("block", () =>
            {
                heard.Add("blocked");
                gate.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
                heard.Add("opened");
            });
            socket.On("next", () => heard.Add("next"));
        });
        EngineClient blocked = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);

        Task sending = blocked.SendAsync("42[\"block\"]", "42[\"next\"]");
        Assert.Equal("blocked", await heard.NextAsync());
        await other.ShouldHaveNothingElseAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(26));
        await other.ShouldReceiveAsync("2");
        await other.SendAsync("3");
        await other.ShouldHaveNothingElseAsync();
        Assert.Equal(["blocked"], heard.All);

        gate.Set();
        await sending;
        Assert.Equal("opened", await heard.NextAsync());
        Assert.Equal("next", await heard.NextAsync());
    }

    [Fact]
    public async Task A_handler_may_await_an_answer_of_its_own_client()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("sum", async (int a, Ack ack) =>
            await ack.SendAsync(a + await socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<int>("more"))));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("427[\"sum\",40]");
        await client.ShouldReceiveAsync("420[\"more\"]");
        await client.SendAsync("430[2]");

        await client.ShouldReceiveAsync("437[42]");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_disconnects_its_own_socket_returns_before_the_disconnect_handlers_run(bool close)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnect(reason => heard.Add(reason));
            socket.On("leave", () =>
            {
                ValueTask leaving = socket.DisconnectAsync(close);
                heard.Add(leaving.IsCompletedSuccessfully ? "completed" : "pending");
                heard.Add("returned");
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"leave\"]");

        Assert.Equal("completed", await heard.NextAsync());
        Assert.Equal("returned", await heard.NextAsync());
        Assert.Equal("server namespace disconnect", await heard.NextAsync());
        await client.ShouldReceiveAsync("41");
    }

    [Fact]
    public async Task Events_are_held_until_the_connection_handlers_returned_or_first_awaited()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(async socket =>
        {
            socket.On("x", () => heard.Add("x"));
            heard.Add("registered");
            await gate.Task;
            heard.Add("connected");
        });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40", "42[\"x\"]");

        Assert.Equal("registered", await heard.NextAsync());
        Assert.Equal("x", await heard.NextAsync());
        gate.SetResult();
        Assert.Equal("connected", await heard.NextAsync());
    }

    [Fact]
    public async Task Handlers_start_in_the_order_of_their_events_each_when_the_one_before_first_awaited()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket => socket.On("x", async (int n) =>
        {
            heard.Add($"{n} started");
            await gate.Task;
            heard.Add("ended");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",1]", "42[\"x\",2]", "42[\"x\",3]");

        for (int n = 1; n <= 3; n++)
        {
            Assert.Equal($"{n} started", await heard.NextAsync());
        }

        gate.SetResult();
        Assert.Equal("ended", await heard.NextAsync());
    }

    [Fact]
    public async Task Past_MaxRunningHandlers_reading_pauses_until_one_has_ended()
    {
        WireServer server = await StartAsync(o => o.MaxRunningHandlers = 2);
        var heard = new Heard<int>("events");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket => socket.On("x", async (int n) =>
        {
            heard.Add(n);
            await gate.Task;
        }));
        EngineClient client = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);

        // The third is past the limit; what comes behind it is not read.
        Task sending = client.SendAsync("42[\"x\",1]", "42[\"x\",2]", "42[\"x\",3]", "42[\"x\",4]");
        for (int n = 1; n <= 3; n++)
        {
            Assert.Equal(n, await heard.NextAsync());
        }

        await other.ShouldHaveNothingElseAsync();
        Assert.Equal([1, 2, 3], heard.All);
        gate.SetResult();
        await sending;
        Assert.Equal(4, await heard.NextAsync());
    }

    [Fact]
    public async Task Disconnected_is_cancelled_when_the_socket_has_gone()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("what the wait came to");
        server.IO.OnConnection(async socket =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, socket.Disconnected);
            }
            catch (OperationCanceledException)
            {
                heard.Add($"cancelled, connected: {socket.IsConnected}");
            }
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        Assert.Equal("cancelled, connected: False", await heard.NextAsync());
    }

    [Fact]
    public async Task What_the_application_throws_while_a_socket_leaves_keeps_no_disconnect_handler_from_hearing_of_it()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        server.IO.Default.OnRoomDeleted(_ => throw new InvalidTimeZoneException("of a room"));
        server.IO.OnConnection(async socket =>
        {
            socket.OnDisconnect(reasons.Add);
            socket.Disconnected.Register(() => throw new InvalidTimeZoneException("of the token"));
            await socket.JoinAsync("a");
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        Assert.Equal("client namespace disconnect", await reasons.NextAsync());
        Assert.Equal(2, server.Log.OfLibrary().Count(entry => entry.Exception is not null));
    }
}
