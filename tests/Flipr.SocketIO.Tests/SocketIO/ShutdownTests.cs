using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>What clients and handlers see when the application stops.</summary>
public abstract class ShutdownTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : ShutdownTests(Route.Raw1);

    public sealed class OverFallbackPath() : ShutdownTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : ShutdownTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : ShutdownTests(Route.FallbackTls1);

    public sealed class OverHttp2() : ShutdownTests(Route.WebSocket2);

    [Fact]
    public async Task On_shutdown_a_WebSocket_gets_a_close_frame_and_no_DISCONNECT_packet()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task stop = server.StopAsync();

        // The close frame is the next thing that comes: anything else fails here.
        await client.ReceiveEndAsync();
        await stop.Within("the application stops");
    }

    [Fact]
    public async Task On_shutdown_what_was_sent_before_still_arrives()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        string large = new('z', 500_000);
        for (int n = 0; n < 5; n++)
        {
            await server.IO.EmitAsync("n", n, large);
        }

        Task stop = server.StopAsync();

        for (int n = 0; n < 5; n++)
        {
            Assert.Equal($"42[\"n\",{n},\"{large}\"]", await client.ReceiveTextAsync());
        }

        await client.ReceiveEndAsync();
        await stop.Within("the application stops");
    }

    [Fact]
    public async Task On_shutdown_every_socket_of_every_namespace_hears_it_while_its_rooms_are_there()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("disconnects");
        foreach (string name in new[] { "/", "/admin" })
        {
            server.IO.Of(name).OnConnection(async socket =>
            {
                socket.OnDisconnecting(reason => heard.Add($"{name} {reason} {socket.Rooms.Count}"));
                await socket.JoinAsync("r");
            });
        }

        EngineClient first = await JoinAsync(server);
        await first.JoinAsync("/admin");
        EngineClient second = await JoinAsync(server);

        Task stop = server.StopAsync();

        string[] reasons = [await heard.NextAsync(), await heard.NextAsync(), await heard.NextAsync()];
        Assert.Equal(["/ server shutting down 2", "/ server shutting down 2", "/admin server shutting down 2"], reasons.Order());
        await first.ReceiveEndAsync();
        await second.ReceiveEndAsync();
        await stop.Within("the application stops");
    }

    [Fact]
    public async Task On_shutdown_a_handler_may_still_finish()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("the handlers");
        server.IO.OnConnection(socket => socket.OnDisconnect(async reason =>
        {
            heard.Add("began " + reason);
            for (int i = 0; i < 500; i++)
            {
                await Task.Yield();
            }

            heard.Add("ended");
        }));
        EngineClient client = await JoinAsync(server);

        Task stop = server.StopAsync();

        await client.ReceiveEndAsync();
        await stop.Within("the application stops");
        Assert.Equal(["began server shutting down", "ended"], heard.All);
    }

    [Fact]
    public async Task A_client_that_does_not_answer_the_close_frame_cannot_hold_up_the_shutdown_past_its_deadline()
    {
        WireServer server = await StartAsync();
        var client = (WebSocketSession)await JoinAsync(server);

        Task stop = server.StopAsync();
        await client.Wire.ReceiveCloseAsync();

        await server.PassUntilAsync(stop, "the application stops");
    }

    [Fact]
    public async Task A_client_that_reads_nothing_cannot_hold_up_the_shutdown_past_its_deadline()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 64_000_000);
        await JoinAsync(server);
        for (int n = 0; n < 30; n++)
        {
            await server.IO.EmitAsync("n", new string('z', 500_000));
        }

        await server.PassUntilAsync(server.StopAsync(), "the application stops");
    }
}
