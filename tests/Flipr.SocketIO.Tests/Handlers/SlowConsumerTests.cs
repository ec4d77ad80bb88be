using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>A client that does not take what is sent to it loses volatile messages first, then its connection; the others lose nothing.</summary>
public abstract class SlowConsumerTests(Route route) : WireTest(route)
{
    private const int Limit = 256 * 1024;

    // The system takes some megabytes before a connection pushes back.
    private const int Enough = 500;

    private static readonly string Large = new('x', 64 * 1024);

    public sealed class OverRawPath() : SlowConsumerTests(Route.Raw1);

    public sealed class OverFallbackPath() : SlowConsumerTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : SlowConsumerTests(Route.RawTls1);

    public sealed class OverPolling() : SlowConsumerTests(Route.Polling1);

    [Fact]
    public async Task A_client_that_takes_nothing_is_disconnected_with_a_reason_that_says_so()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = Limit);
        var reasons = new Heard<string>("a disconnect");
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        socket.OnDisconnect(reasons.Add);

        for (int i = 0; i < Enough && socket.IsConnected; i++)
        {
            // Not to the socket itself: to await that is to wait for the client.
            await server.IO.EmitAsync("x", Large);
        }

        Assert.Equal("outbound limit exceeded", await reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
        Assert.Empty(server.IO.Sockets);
    }

    [Fact]
    public async Task Others_miss_nothing_while_one_takes_nothing()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = Limit);
        var reasons = new Heard<string>("a disconnect");
        await JoinAsync(server);
        server.IO.Sockets.Single().OnDisconnect(reasons.Add);
        EngineClient healthy = await JoinAsync(server);

        int sent = 0;
        while (sent < Enough && reasons.All.Count == 0)
        {
            await server.IO.EmitAsync("x", sent, Large);
            await healthy.ShouldReceiveAsync($"42[\"x\",{sent},\"{Large}\"]");
            sent++;
        }

        Assert.Equal("outbound limit exceeded", await reasons.NextAsync());
        await healthy.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Volatile_messages_are_dropped_for_a_client_that_is_not_ready_and_its_connection_stays()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = Limit);
        var reasons = new Heard<string>("a disconnect");
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        socket.OnDisconnect(reasons.Add);

        for (int i = 0; i < Enough; i++)
        {
            await socket.AsVolatile.EmitAsync("x", Large);
            await server.IO.AsVolatile.EmitAsync("y", Large);
        }

        Assert.True(socket.IsConnected);
        Assert.Empty(reasons.All);
        Assert.Equal(1, server.IO.ConnectionCount);
    }
}

/// <summary>A client that polls and does not read what it is answered.</summary>
public sealed class UnreadPollTests() : WireTest(Route.Polling1)
{
    [Fact]
    public async Task An_answer_that_is_not_read_ends_with_its_session()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 32 * 1024 * 1024);
        var reasons = new Heard<string>("a disconnect");
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        socket.OnDisconnect(reasons.Add);
        await server.IO.EmitAsync("x", new string('x', 16 * 1024 * 1024));
        RawConnection unread = await ConnectAsync(server);

        await unread.SendRequestAsync("GET", $"/socket.io/{PollingClient.Query}&sid={client.Sid}");
        await server.UntilPendingAsync("GET", client.Sid);
        await server.PassUntilAsync(reasons.NextAsync(), "the session times out");

        Assert.Equal(["ping timeout"], reasons.All);
        await server.UntilNothingPendingAsync(client.Sid);
    }
}
