using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Sessions that are not here: a router may know who has them, before their requests are refused.</summary>
public sealed class SessionRouterTests() : WireTest(Route.Raw1)
{
    private const string Elsewhere = "ElsewhereAAAAAAAAAAA";

    [Fact]
    public async Task Each_kind_of_request_for_an_unknown_session_is_offered_to_the_router_which_answers_it()
    {
        (WireServer server, Heard<string> asked) = await StartRoutedAsync();
        PollingClient http = Polling(server);

        Assert.Equal("routed Poll", (await http.GetAsync(Elsewhere)).Body);
        Assert.Equal("routed Post", (await http.PostAsync(Elsewhere, "40")).Body);
        HttpAnswer upgrade = await WebSocketWire.RefusedAsync(server, $"{WebSocketWire.Query}&sid={Elsewhere}");

        Assert.Equal("routed Upgrade", upgrade.Body);
        Assert.Equal([$"{Elsewhere} Poll", $"{Elsewhere} Post", $"{Elsewhere} Upgrade"], asked.All);
        Assert.DoesNotContain(server.Log.OfLibrary(), entry => entry.Message.Contains("affinity", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_router_does_not_take_is_refused()
    {
        (WireServer server, Heard<string> asked) = await StartRoutedAsync();

        (await Polling(server).GetAsync("NobodysAAAAAAAAAAAAA")).ShouldBeError(400, 1, "Session ID unknown");

        Assert.Equal(["NobodysAAAAAAAAAAAAA Poll"], asked.All);
        await server.Log.ContainsAsync("affinity");
    }

    [Fact]
    public async Task It_is_not_asked_for_what_can_be_nowhere_else()
    {
        (WireServer server, Heard<string> asked) = await StartRoutedAsync();
        PollingClient http = Polling(server);
        string own = await http.JoinAsync();
        (await http.PostAsync(own, "1")).ShouldBeOk();
        (await http.GetAsync(own)).ShouldBePackets("6");

        (await http.GetAsync(own)).ShouldBeError(400, 1, "Session ID unknown");
        (await http.GetAsync("no sid")).ShouldBeError(400, 1, "Session ID unknown");
        (await http.SendAsync(HttpMethod.Put, $"{PollingClient.Query}&sid={Elsewhere}")).ShouldBeError(400, 1, "Session ID unknown");

        Assert.Empty(asked.All);
    }

    private async Task<(WireServer Server, Heard<string> Asked)> StartRoutedAsync()
    {
        var asked = new Heard<string>("questions to the router");
        WireServer server = await StartAsync(new WireServerSetup { Services = services => services.AddSingleton<ISessionRouter>(new Router(asked)) });
        return (server, asked);
    }

    private sealed class Router(Heard<string> asked) : ISessionRouter
    {
        public async ValueTask<bool> TryRouteAsync(HttpContext context, string sid, SessionRequest request)
        {
            asked.Add($"{sid} {request}");
            await Task.Yield();
            if (sid != Elsewhere)
            {
                return false;
            }

            await context.Response.WriteAsync($"routed {request}");
            return true;
        }
    }
}
