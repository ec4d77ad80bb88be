using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>Too much of everything: each thing that a client can make more of has a bound.</summary>
public abstract class FloodTests(Route route) : HostileTest(route)
{
    public sealed class OverRawPath() : FloodTests(Route.Raw1);

    public sealed class OverFallbackPath() : FloodTests(Route.Fallback1);

    public sealed class OverPolling() : FloodTests(Route.Polling1);

    [Fact]
    public async Task Five_hundred_events_at_once_are_all_heard()
    {
        (WireServer server, _) = await StartAttackedAsync();
        var heard = new Heard<int>("events");
        server.IO.OnConnection(socket => socket.On("n", (int n) => heard.Add(n)));
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync([.. Enumerable.Range(0, 500).Select(n => (WirePacket)$"42[\"n\",{n}]")]);

        await attacker.ShouldHaveNothingElseAsync();
        Assert.Equal(500, heard.All.Count);
    }

    [Fact]
    public async Task Three_hundred_unknown_namespaces_get_their_answer_and_leave_nothing_behind()
    {
        (WireServer server, _) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync([.. Enumerable.Range(0, 300).Select(n => (WirePacket)$"40/nope{n},")]);

        for (int n = 0; n < 300; n++)
        {
            await attacker.ShouldReceiveAsync($"44/nope{n},{{\"message\":\"Invalid namespace\"}}");
        }

        await attacker.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Past_the_limit_of_namespaces_a_CONNECT_is_refused_and_the_others_stay()
    {
        (WireServer server, _) = await StartAttackedAsync(o => o.MaxNamespacesPerConnection = 3);
        for (int n = 0; n < 5; n++)
        {
            server.IO.Of($"/n{n}");
        }

        EngineClient attacker = await JoinAsync(server);
        await attacker.JoinAsync("/n0");
        await attacker.JoinAsync("/n1");

        await attacker.SendAsync("40/n2,", "40/n3,");

        Assert.StartsWith("44/n2,{\"message\":", await attacker.ReceiveTextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("44/n3,{\"message\":", await attacker.ReceiveTextAsync(), StringComparison.Ordinal);
        await attacker.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Past_the_limit_of_rooms_a_join_fails_and_the_socket_stays()
    {
        (WireServer server, _) = await StartAttackedAsync(o => o.MaxRoomsPerSocket = 10);
        var failed = new Heard<string>("refusals");
        server.IO.OnConnection(socket => socket.On("enter", async (string room) =>
        {
            try
            {
                await socket.JoinAsync(room);
            }
            catch (InvalidOperationException e)
            {
                failed.Add(e.Message);
            }
        }));
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync([.. Enumerable.Range(0, 300).Select(n => (WirePacket)$"42[\"enter\",\"r{n}\"]")]);
        await attacker.ShouldHaveNothingElseAsync();

        Assert.InRange(server.IO.Sockets.Single().Rooms.Count, 10, 11);
        Assert.Contains("MaxRoomsPerSocket", await failed.NextAsync(), StringComparison.Ordinal);
        Assert.InRange(failed.All.Count, 290, 291);
    }

    [Fact]
    public async Task Past_the_limit_of_questions_the_next_one_fails_and_answers_still_arrive()
    {
        (WireServer server, _) = await StartAttackedAsync(o => o.MaxPendingAcks = 10);
        var ended = new Heard<string>("questions' ends");
        server.IO.OnConnection(socket => socket.On("ask me", async () =>
        {
            try
            {
                ended.Add($"{await socket.EmitWithAckAsync<int>("q")}");
            }
            catch (Exception e)
            {
                ended.Add(e.GetType().Name);
            }
        }));
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync([.. Enumerable.Repeat((WirePacket)"42[\"ask me\"]", 11)]);

        Assert.Equal(nameof(InvalidOperationException), await ended.NextAsync());
        await attacker.ShouldReceiveAsync([.. Enumerable.Range(0, 10).Select(n => (WirePacket)$"42{n}[\"q\"]")]);
        await attacker.SendAsync("439[7]");
        Assert.Equal("7", await ended.NextAsync());
        await attacker.SendAsync("41");
        for (int n = 0; n < 9; n++)
        {
            Assert.Equal(nameof(SocketDisconnectedException), await ended.NextAsync());
        }
    }

    [Fact]
    public async Task Three_hundred_acks_that_nobody_asked_for_are_ignored()
    {
        (WireServer server, _) = await StartAttackedAsync();
        EngineClient attacker = await JoinAsync(server);

        await attacker.SendAsync([.. Enumerable.Range(0, 300).Select(n => (WirePacket)$"43{n}[{n}]")]);

        await attacker.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_client_whose_handlers_never_end_is_read_no_further_and_does_not_outlive_the_ping_timeout()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync(o => o.MaxRunningHandlers = 10);
        var began = new Heard<int>("handlers");
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket => socket.On("hang", async (int n) =>
        {
            began.Add(n);
            await release.Task;
        }));
        EngineClient attacker = await JoinAsync(server);

        Task sending = Route.Polling
            ? SendInVainAsync()
            : attacker.SendAsync([.. Enumerable.Range(0, 200).Select(n => (WirePacket)$"42[\"hang\",{n}]")]);
        for (int n = 0; n < 10; n++)
        {
            await began.NextAsync();
        }

        Task<string> end = closed.NextAsync();
        await server.PassUntilAsync(end, "the session times out");
        await sending;

        Assert.Equal("ping timeout", await end);
        Assert.InRange(began.All.Count, 10, 12);
        release.SetResult();
        await server.UntilConnectionsAsync(0);

        async Task SendInVainAsync()
        {
            try
            {
                await attacker.SendAsync([.. Enumerable.Range(0, 200).Select(n => (WirePacket)$"42[\"hang\",{n}]")]);
            }
            catch (HttpRequestException)
            {
                // The session took the POST down with it.
            }
        }
    }

    [Fact]
    public async Task Past_the_limit_of_connections_a_handshake_gets_503_until_one_is_free()
    {
        (WireServer server, _) = await StartAttackedAsync(o => o.MaxConnections = 20);
        var held = new List<EngineClient>();
        for (int n = 0; n < 20; n++)
        {
            held.Add(await JoinAsync(server));
        }

        PollingClient late = Polling(server);
        for (int n = 0; n < 100; n++)
        {
            Assert.Equal(503, (await late.SendAsync(HttpMethod.Get, PollingClient.Query)).Status);
        }

        Assert.Equal(503, (await WebSocketWire.RefusedAsync(server)).Status);
        Assert.Equal(20, server.IO.ConnectionCount);
        await held[0].SendAsync("41");
        await held[0].VanishAsync();
        await server.UntilConnectionsAsync(19);
        await late.HandshakeAsync();
        await held[1].VanishAsync();
        await server.UntilConnectionsAsync(19);
    }

    [Fact]
    public async Task Past_the_limit_of_one_client_its_handshakes_get_503_until_one_is_free_and_others_get_none()
    {
        string client = "one";
        (WireServer server, _) = await StartAttackedAsync(o =>
        {
            o.MaxConnectionsPerClient = 3;
            o.ClientOf = _ => client;
        });
        EngineClient first = await JoinAsync(server);
        EngineClient second = await JoinAsync(server);
        await Polling(server).HandshakeAsync();
        PollingClient late = Polling(server);

        Assert.Equal(503, (await late.SendAsync(HttpMethod.Get, PollingClient.Query)).Status);
        Assert.Equal(503, (await WebSocketWire.RefusedAsync(server)).Status);
        Assert.Equal(3, server.IO.ConnectionCount);
        client = "another";
        await using EngineClient other = await JoinAsync(server);
        client = "one";
        await first.VanishAsync();
        await server.UntilConnectionsAsync(3);
        await late.HandshakeAsync();
        Assert.Equal(503, (await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query)).Status);
        await second.VanishAsync();
        await server.UntilConnectionsAsync(3);
        await Polling(server).HandshakeAsync();
        client = "a friend";
    }

    [Fact]
    public async Task Two_hundred_clients_that_come_and_vanish_at_once_leave_nothing_behind()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
        {
            await using EngineClient client = await server.OpenAsync();
            await client.JoinAsync();
            await client.VanishAsync();
        });

        await server.UntilConnectionsAsync(0);
        await Deadline.UntilAsync(() => closed.All.Count == 200, () => $"200 disconnects were heard; it were {closed.All.Count}");
        Assert.Empty(server.IO.Sockets);
    }

    [Fact]
    public async Task Joining_and_leaving_three_hundred_times_is_allowed_and_leaves_one_socket()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        EngineClient attacker = await OpenAsync(server);

        for (int n = 0; n < 300; n++)
        {
            await attacker.SendAsync("40", "41");
        }

        await attacker.SendAsync("40");
        for (int n = 0; n < 301; n++)
        {
            Assert.StartsWith("40{", await attacker.ReceiveTextAsync(), StringComparison.Ordinal);
        }

        await attacker.ShouldHaveNothingElseAsync();
        await Deadline.UntilAsync(() => closed.All.Count == 300, () => $"300 disconnects were heard; it were {closed.All.Count}");
        Assert.Single(server.IO.Sockets);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_disconnected_when_too_much_waits_for_it()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync(o => o.MaxOutboundBytes = 100_000);
        await JoinAsync(server);
        string text = new('z', 50_000);
        Task<string> end = closed.NextAsync();

        // What the kernel's own buffers swallow comes on top: some megabytes on the loopback.
        for (int n = 0; n < 2_000 && !end.IsCompleted; n++)
        {
            await server.IO.EmitAsync("n", text);
        }

        Assert.Equal("outbound limit exceeded", await end);
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task Volatile_messages_to_a_client_that_takes_nothing_are_dropped_and_the_client_stays()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync(o => o.MaxOutboundBytes = 100_000);
        EngineClient attacker = await JoinAsync(server);
        string text = new('z', 50_000);

        for (int n = 0; n < 300; n++)
        {
            await server.IO.AsVolatile.EmitAsync("n", text);
        }

        Assert.Empty(closed.All);
        await server.IO.EmitAsync("last");
        string packet = "";
        int received = 0;
        while (packet != "42[\"last\"]")
        {
            packet = await attacker.ReceiveTextAsync();
            received++;
        }

        Assert.InRange(received, 1, 300);
        await attacker.ShouldHaveNothingElseAsync();
    }
}
