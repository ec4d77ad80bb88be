using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>What polling clients see when the application stops.</summary>
public abstract class PollingShutdownTests(Route route) : WireTest(route)
{
    public sealed class OverHttp() : PollingShutdownTests(Route.Polling1);

    public sealed class OverTls() : PollingShutdownTests(Route.PollingTls1);

    public sealed class OverHttp2() : PollingShutdownTests(Route.Polling2);

    [Fact]
    public async Task On_shutdown_a_pending_poll_gets_1_and_no_DISCONNECT_packet()
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        Task<HttpAnswer> poll = http.GetAsync(sid);
        await server.UntilPendingAsync("GET", sid);

        Task stop = server.StopAsync();

        (await poll.Within("the pending poll is answered")).ShouldBePackets("1");
        await server.PassUntilAsync(stop, "the application stops");
    }

    [Fact]
    public async Task A_client_between_two_polls_cannot_hold_up_the_shutdown()
    {
        WireServer server = await StartAsync();
        await Polling(server).JoinAsync();

        await server.PassUntilAsync(server.StopAsync(), "the application stops");
    }
}
