using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>While the server reads nothing from a client, it cannot hear its pong, and does not hold that against it.</summary>
public abstract class PausedReadingTests(Route route) : WireTest(route)
{
    private static readonly string Large = new('x', 64 * 1024);

    public sealed class OverRawPath() : PausedReadingTests(Route.Raw1);

    public sealed class OverFallbackPath() : PausedReadingTests(Route.Fallback1);

    public sealed class OverHttp2() : PausedReadingTests(Route.WebSocket2);

    [Fact]
    public async Task A_client_whose_handlers_are_above_the_limit_is_pinged_and_stays()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await StaysAsync(2, _ => release.Task, release.SetResult);
    }

    [Fact]
    public async Task A_client_whose_handler_blocks_is_pinged_and_stays()
    {
        using var release = new ManualResetEventSlim();
        await StaysAsync(
            1,
            async _ =>
            {
                release.Wait(TestContext.Current.CancellationToken);
                await Task.CompletedTask;
            },
            release.Set);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_while_nothing_is_read_from_it_times_out_and_its_handlers_end()
    {
        WireServer server = await StartAsync(o => o.MaxRunningHandlers = 1);
        var started = new Heard<int>("a handler starting");
        var ended = new Heard<int>("a handler ending");
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnect(reasons.Add);
            socket.On("flood", async () =>
            {
                started.Add(0);
                while (!socket.Disconnected.IsCancellationRequested)
                {
                    await socket.EmitAsync("x", Large);
                }

                ended.Add(0);
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"flood\"]", "42[\"flood\"]", "42[\"flood\"]");
        await started.NextAsync();
        await started.NextAsync();
        Task<string> end = reasons.NextAsync();
        await server.PassUntilAsync(end, "the session times out");

        Assert.Equal("ping timeout", await end);
        await ended.NextAsync();
        await ended.NextAsync();
        await server.UntilConnectionsAsync(0);
    }

    private async Task StaysAsync(int started, Func<Socket, Task> handle, Action release)
    {
        WireServer server = await StartAsync(o => o.MaxRunningHandlers = 1);
        var running = new Heard<int>("a handler starting");
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnect(reasons.Add);
            socket.On("hold", () =>
            {
                running.Add(0);
                return handle(socket);
            });
        });
        EngineClient client = await JoinAsync(server);
        try
        {
            await client.SendAsync("42[\"hold\"]", "42[\"hold\"]", "42[\"hold\"]");
            for (int i = 0; i < started; i++)
            {
                await running.NextAsync();
            }

            // Its own clock wants pings: it answers each, and is not heard.
            for (int i = 0; i < 3; i++)
            {
                Task<string> ping = client.ReceiveTextAsync();
                await server.PassUntilAsync(ping, "a ping");
                Assert.Equal("2", await ping);
                await client.SendAsync("3");
            }

            Assert.Empty(reasons.All);
        }
        finally
        {
            release();
        }

        await client.ShouldHaveNothingElseAsync();
        Task<string> next = client.ReceiveTextAsync();
        await server.PassUntilAsync(next, "the next ping");
        Assert.Equal("2", await next);
        Assert.Empty(reasons.All);
    }
}
