using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>How reading waits for handlers, and for events that wait in middleware.</summary>
public sealed class RunningHandlersTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task Whoever_waits_for_handlers_to_end_is_woken_by_the_one_that_ends_however_close()
    {
        WireServer server = await StartAsync(o => o.MaxRunningHandlers = 1);
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        var handlers = new RunningHandlers(server.IO);
        using var barrier = new Barrier(2);

        for (int i = 0; i < 20_000; i++)
        {
            var first = new TaskCompletionSource();
            var second = new TaskCompletionSource();
            handlers.Track(first.Task, "x", socket);
            handlers.Track(second.Task, "x", socket);
            Task ending = Task.Run(
                () =>
                {
                    barrier.SignalAndWait();
                    first.SetResult();
                },
                TestContext.Current.CancellationToken);
            barrier.SignalAndWait(TestContext.Current.CancellationToken);
            Task waiting = handlers.WaitBelowLimitAsync();

            await ending;
            await waiting.Within($"the reader is woken in round {i}");
            second.SetResult();
        }
    }

    [Fact]
    public async Task Events_that_wait_in_middleware_count_by_their_bytes_and_pause_reading()
    {
        WireServer server = await StartAsync(o => o.MaxWaitingEventBytes = 100_000);
        using var counts = new LimitCounts(server);
        var seen = new Heard<int>("events in middleware");
        var handled = new Heard<int>("events");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket =>
        {
            // OnAny would see it too late: what has been read is parked before its turn in the middleware comes.
            socket.Use(async (_, arguments) =>
            {
                seen.Add(arguments[0].Deserialize<int>());
                await gate.Task;
            });
            socket.On("x", (int n, byte[] _) => handled.Add(n));
        });
        EngineClient client = await JoinAsync(server);
        Task sending = Task.Run(
            async () =>
            {
                for (int n = 0; n < 20; n++)
                {
                    await client.SendAsync($"451-[\"x\",{n},{{\"_placeholder\":true,\"num\":0}}]", new byte[30_000]);
                }
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(0, await seen.NextAsync());
        await Deadline.UntilAsync(() => counts.Struck.Count > 0, "the limit strikes");
        gate.SetResult();

        await sending;
        for (int n = 0; n < 20; n++)
        {
            Assert.Equal(n, await handled.NextAsync());
        }

        Assert.All(counts.Struck, option => Assert.Equal("MaxWaitingEventBytes", option));
    }

    [Fact]
    public async Task A_single_event_larger_than_what_may_wait_passes_and_its_middleware_may_ask_the_client()
    {
        WireServer server = await StartAsync(o => o.MaxWaitingEventBytes = 1_000);
        var handled = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.Use(async (_, _) => handled.Add(await socket.EmitWithAckAsync<string>("may I?")));
            socket.On("x", (string text) => handled.Add($"{text.Length}"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42[\"x\",\"{new string('x', 5_000)}\"]");
        await client.ShouldReceiveAsync("420[\"may I?\"]");
        await client.SendAsync("430[\"yes\"]");

        Assert.Equal("yes", await handled.NextAsync());
        Assert.Equal("5000", await handled.NextAsync());
    }
}
