using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Slow readers: over HTTP/2 Kestrel has no minimum rate for a single response.</summary>
public sealed class SlowReaderTests() : WireTest(Route.Polling1)
{
    [Fact]
    public async Task A_slow_reader_of_a_poll_is_not_cut_by_the_applications_minimum_data_rate()
    {
        var cut = new Heard<string>("the other endpoint's slow reader being cut");
        WireServer server = await StartAsync(new WireServerSetup
        {
            Options = o => o.MaxOutboundBytes = 64_000_000,
            Kestrel = kestrel => kestrel.Limits.MinResponseDataRate = new MinDataRate(1e9, TimeSpan.FromSeconds(1.1)),
            App = app => app.MapGet("/body", async (HttpContext context) =>
            {
                context.RequestAborted.Register(() => cut.Add("cut"));
                await context.Response.Body.WriteAsync(new byte[30_000_000], context.RequestAborted);
            }),
        });
        string sid = await Polling(server).JoinAsync();
        string text = new('z', 900_000);
        for (int n = 0; n < 30; n++)
        {
            await server.IO.EmitAsync("n", n, text);
        }

        // Neither reads a byte until the other endpoint's response has been cut.
        RawConnection slow = await ConnectAsync(server);
        await slow.SendRequestAsync("GET", $"/socket.io/{PollingClient.Query}&sid={sid}");
        RawConnection control = await ConnectAsync(server);
        await control.SendRequestAsync("GET", "/body");
        await cut.NextAsync();

        HttpAnswer answer = await slow.ReceiveAnswerAsync();
        Assert.Equal(Enumerable.Range(0, 30).Select(n => $"42[\"n\",{n},\"{text}\"]"), answer.Packets);
        ErrorsExpected = true;
    }
}
