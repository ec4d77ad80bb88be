using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>Floods that need a WebSocket or an upgrade.</summary>
public abstract class WebSocketFloodTests(Route route) : HostileTest(route)
{
    public sealed class OverRawPath() : WebSocketFloodTests(Route.Raw1);

    public sealed class OverFallbackPath() : WebSocketFloodTests(Route.Fallback1);

    [Fact]
    public async Task Pings_from_a_client_that_reads_no_pong_end_its_connection_not_the_memory()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync(o =>
        {
            o.MaxOutboundBytes = 10_000;
            o.PingInterval = Route.Raw ? TimeSpan.FromDays(1) : o.PingInterval;
        });
        WebSocketWire attacker = await AttackerAsync(server);
        byte[] pings = [.. Enumerable.Range(0, 500).SelectMany(_ => new Frame(Opcode.Ping, new byte[125]).ToBytes())];
        Task<string> end = closed.NextAsync();
        Task passing = server.PassUntilAsync(end, "the connection is given up");

        using var giveUp = new CancellationTokenSource();
        Task sending = Task.Run(
            async () =>
            {
                // Some twenty megabytes, unless the server stops reading or cuts the connection.
                for (int n = 0; n < 300 && !giveUp.IsCancellationRequested; n++)
                {
                    await attacker.SendBytesAsync(pings);
                }
            },
            TestContext.Current.CancellationToken);
        await passing;
        await giveUp.CancelAsync();
        attacker.Abort();

        await sending.ContinueWith(t => t.Exception, TaskScheduler.Default).Within("sending ends");
        await server.UntilConnectionsAsync(0);
        if (Route.Raw)
        {
            // Here its pongs wait in the library's own queue, and it is the limit that ends them.
            Assert.Equal("outbound limit exceeded", await end);
            Assert.Contains("10000", (await server.Log.ContainsAsync("MaxOutboundBytes")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_hundred_WebSockets_for_one_session_leave_it_with_one_at_most()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        var winners = new Heard<WebSocketWire>("the probe's answer");

        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, _) =>
        {
            (_, WebSocketWire? socket) = await WebSocketWire.TryConnectAsync(server, $"/socket.io/{WebSocketWire.Query}&sid={sid}");
            if (socket is null)
            {
                return;
            }

            await socket.SendTextAsync("2probe");
            if ((await socket.ReceiveFrameAsync()).ToString() == "Text 3probe")
            {
                winners.Add(socket);
            }
            else
            {
                await socket.DisposeAsync();
            }
        });

        WebSocketWire winner = Own(Assert.Single(winners.All));
        await winner.SendTextAsync("5");
        await winner.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await winner.ReceiveTextAsync());
        Assert.Empty(closed.All);
    }

    [Fact]
    public async Task A_hundred_polls_at_once_for_one_session_are_all_answered_and_end_it()
    {
        (WireServer server, Heard<string> closed) = await StartAttackedAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        HttpAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => http.GetAsync(sid)));

        Assert.Equal("transport error", await closed.NextAsync());
        Assert.Contains(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status == 200), a => Assert.Equal("1", a.Body)); // The end; a poll that comes while the session ends hears it, too.
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal(400, a.Status));
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_hundred_posts_at_once_for_one_session_are_all_answered_or_cut()
    {
        (WireServer server, _) = await StartAttackedAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StatusAsync()));

        Assert.All(answers, status => Assert.Contains(status, new[] { 200, 400, 0 }));

        async Task<int> StatusAsync()
        {
            try
            {
                return (await http.PostAsync(sid, "42[\"x\"]")).Status;
            }
            catch (HttpRequestException)
            {
                // The one that was being read when another came.
                return 0;
            }
        }
    }
}
