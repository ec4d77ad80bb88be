using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>WebSockets whose handshake is an extended CONNECT.</summary>
public sealed class Http2WebSocketTests() : WireTest(Route.WebSocket2)
{
    [Fact]
    public async Task An_extended_CONNECT_opens_a_WebSocket_session()
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync();
        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(client.Open.Upgrades);
    }

    [Fact]
    public async Task An_extended_CONNECT_counts_as_the_GET_of_the_handshake()
    {
        WireServer server = await StartAsync();

        (HttpAnswer answer, WebSocketWire? socket) = await WebSocketWire.TryConnectAsync(server, "/socket.io/" + WebSocketWire.Query);

        Assert.Equal(200, answer.Status);
        Own(socket!);
    }

    [Fact]
    public async Task A_WebSocket_stream_outlives_the_applications_request_timeout()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddRequestTimeouts(o => o.DefaultPolicy = new RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(100) }),
            App = app =>
            {
                app.UseRouting();
                app.UseRequestTimeouts();
                app.MapGet("/slow", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
            },
        });
        EngineClient client = await JoinAsync(server);

        Assert.Equal(504, (await Polling(server).SendToAsync("/slow", HttpMethod.Get, null)).Status);

        await client.ShouldHaveNothingElseAsync();
    }
}
