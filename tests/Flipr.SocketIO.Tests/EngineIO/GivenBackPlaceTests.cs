using System.Diagnostics.Metrics;
using System.Net;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A handshake that fails on the way, whatever throws, holds no place: neither of the server's nor of its client's.</summary>
public abstract class GivenBackPlaceTests(Route route) : WireTest(route)
{
    private const string Good = "X-Good";

    public sealed class OverPolling() : GivenBackPlaceTests(Route.Polling1);

    public sealed class OverWebSocket() : GivenBackPlaceTests(Route.Raw1);

    public sealed class OverWebSocketFallback() : GivenBackPlaceTests(Route.Fallback1);

    public sealed class OverHttp2() : GivenBackPlaceTests(Route.WebSocket2);

    [Fact]
    public Task When_the_hook_for_initial_headers_throws() => PlacesAreGivenBackAsync(o => o.OnInitialHeaders = Throw);

    [Fact]
    public Task When_the_hook_for_headers_throws() => PlacesAreGivenBackAsync(o => o.OnHeaders = Throw);

    [Fact]
    public Task When_the_cookie_cannot_be_built() => PlacesAreGivenBackAsync(o => o.Cookie = new BrokenCookie { Name = "io" });

    [Fact]
    public Task When_the_handshake_cannot_be_remembered() =>
        PlacesAreGivenBackAsync(_ => { }, context => context.Features.Set<IHttpConnectionFeature>(new BrokenConnection(context.Features.GetRequiredFeature<IHttpConnectionFeature>())));

    [Fact]
    public Task When_the_answer_cannot_begin() => PlacesAreGivenBackAsync(_ => { }, context => context.Response.OnStarting(() => throw new InvalidTimeZoneException("the application's callback")));

    [Fact]
    public async Task When_a_listener_of_metrics_throws_the_connection_opens_all_the_same()
    {
        bool isBroken = false;
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) =>
        {
            if (measurement > 0 && Volatile.Read(ref isBroken))
            {
                throw new InvalidTimeZoneException("the application's listener");
            }
        });
        WireServer server = await BrokenServerAsync(_ => { }, _ => { });
        IMeterFactory meters = server.Services.GetRequiredService<IMeterFactory>();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "socketio.connections")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        Volatile.Write(ref isBroken, true);

        await ThereIsRoomAsync(server); // What a listener throws is nobody's trouble.
        Volatile.Write(ref isBroken, false);
    }

    private async Task PlacesAreGivenBackAsync(Action<SocketIOOptions> options, Action<HttpContext>? onBadRequest = null)
    {
        WireServer server = await BrokenServerAsync(options, onBadRequest ?? (_ => { }));

        await FailAsync(server);

        await ThereIsRoomAsync(server);
    }

    private async Task<WireServer> BrokenServerAsync(Action<SocketIOOptions> options, Action<HttpContext> onBadRequest)
    {
        ErrorsExpected = true;
        return await StartAsync(new WireServerSetup
        {
            Options = o =>
            {
                o.MaxConnections = 1;
                o.MaxConnectionsPerClient = 1;
                o.ClientOf = _ => "client";
                options(o);
            },
            App = app => app.Use((context, next) =>
            {
                if (!context.Request.Headers.ContainsKey(Good))
                {
                    onBadRequest(context);
                }

                return next(context);
            }),
        });
    }

    private async Task FailAsync(WireServer server)
    {
        for (int i = 0; i < 5; i++)
        {
            if (Route.Polling)
            {
                Assert.Equal(500, (await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query)).Status);
            }
            else
            {
                Assert.True(await EndsAsync(server), "The request should have been answered with an error, or its connection have ended.");
            }
        }

        await server.UntilConnectionsAsync(0);
    }

    // Past its upgrade a failing request is a connection that ends, whether or not the answer to the handshake is still written.
    private async Task<bool> EndsAsync(WireServer server)
    {
        try
        {
            (HttpAnswer answer, WebSocketWire? socket) = await WebSocketWire.TryConnectAsync(server, "/socket.io/" + WebSocketWire.Query);
            return socket is null ? answer.Status == 500 : (await Own(socket).ReceiveFrameAsync()).Opcode == Opcode.Close;
        }
        catch (Exception exception) when (exception is IOException || exception.InnerException is IOException)
        {
            return true;
        }
    }

    private async Task ThereIsRoomAsync(WireServer server)
    {
        if (Route.Polling)
        {
            HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, (Good, "1"));
            Assert.Equal(200, answer.Status);
        }
        else
        {
            WebSocketWire socket = await WebSocketAsync(server, WebSocketWire.Query, $"{Good}: 1");
            Assert.StartsWith("0{", await socket.ReceiveTextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, server.IO.ConnectionCount);
    }

    private static void Throw(HttpContext context)
    {
        if (!context.Request.Headers.ContainsKey(Good))
        {
            throw new InvalidTimeZoneException("the application's hook");
        }
    }

    private sealed class BrokenCookie : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            Throw(context);
            return base.Build(context, expiresFrom);
        }
    }

    private sealed class BrokenConnection(IHttpConnectionFeature inner) : IHttpConnectionFeature
    {
        public string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public IPAddress? RemoteIpAddress { get => throw new InvalidTimeZoneException("the application's feature"); set => inner.RemoteIpAddress = value; }

        public IPAddress? LocalIpAddress { get => inner.LocalIpAddress; set => inner.LocalIpAddress = value; }

        public int RemotePort { get => inner.RemotePort; set => inner.RemotePort = value; }

        public int LocalPort { get => inner.LocalPort; set => inner.LocalPort = value; }
    }
}
