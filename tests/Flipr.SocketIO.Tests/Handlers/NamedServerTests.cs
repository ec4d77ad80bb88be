using System.Diagnostics.Metrics;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Several servers in one application, told apart by their names.</summary>
public sealed class NamedServerTests() : WireTest(Route.Polling1)
{
    [Fact]
    public async Task Two_servers_share_no_sessions_no_namespaces_and_no_sockets()
    {
        (WireServer server, SocketIOServer game) = await StartBothAsync();
        game.Of("/lobby").OnConnection(_ => { });
        PollingClient http = Polling(server);
        string own = await http.JoinAsync();
        string playing = await JoinGameAsync(http);

        await game.EmitAsync("move");
        await server.IO.EmitAsync("news");

        (await http.GetAsync(own)).ShouldBePackets("42[\"news\"]");
        (await SendGameAsync(http, HttpMethod.Get, playing)).ShouldBePackets("42[\"move\"]");
        Assert.Equal((1, 1), (server.IO.ConnectionCount, game.ConnectionCount));
        (await http.GetAsync(playing)).ShouldBeError(400, 1, "Session ID unknown");
        (await SendGameAsync(http, HttpMethod.Get, own)).ShouldBeError(400, 1, "Session ID unknown");
        (await http.PostAsync(own, "40/lobby,")).ShouldBeOk();
        Assert.StartsWith("44/lobby,", (await http.GetAsync(own)).Body, StringComparison.Ordinal);
        (await SendGameAsync(http, HttpMethod.Post, playing, "40/lobby,")).ShouldBeOk();
        Assert.StartsWith("40/lobby,", (await SendGameAsync(http, HttpMethod.Get, playing)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_has_its_own_options_and_limits()
    {
        (WireServer server, SocketIOServer game) = await StartBothAsync(o =>
        {
            o.MaxConnections = 1;
            o.PingInterval = TimeSpan.FromSeconds(7);
        });
        PollingClient http = Polling(server);
        HttpAnswer opened = await http.SendToAsync("/game/" + PollingClient.Query, HttpMethod.Get, null);
        Assert.Equal(7_000, OpenPacket.Parse(opened.Body).PingInterval);

        Assert.Equal(503, (await http.SendToAsync("/game/" + PollingClient.Query, HttpMethod.Get, null)).Status);

        Assert.Equal(25_000, (await http.HandshakeAsync()).PingInterval);
        Assert.Equal((1, 1), (server.IO.ConnectionCount, game.ConnectionCount));
    }

    [Fact]
    public async Task Logs_and_metrics_tell_them_apart()
    {
        WireServer server = (await StartBothAsync()).Server;
        IMeterFactory meters = server.Services.GetRequiredService<IMeterFactory>();
        var counted = new Heard<string>("connections");
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "socketio.connections")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => counted.Add(string.Join(',', instrument.Meter.Tags ?? [])));
        listener.Start();
        PollingClient http = Polling(server);

        await http.HandshakeAsync();
        await JoinGameAsync(http);
        await SendGameAsync(http, HttpMethod.Get, "no sid");

        Assert.Equal(["", "[socketio.server, game]"], counted.All);
        Assert.Equal("Flipr.SocketIO.game", (await server.Log.ContainsAsync("UNKNOWN_SID")).Category);
    }

    [Fact]
    public async Task What_waits_to_be_sent_is_counted_for_each()
    {
        (WireServer server, SocketIOServer game) = await StartBothAsync();
        IMeterFactory meters = server.Services.GetRequiredService<IMeterFactory>();
        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "socketio.outbound.messages")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured[string.Join(',', instrument.Meter.Tags ?? [])] = value);
        listener.Start();
        PollingClient http = Polling(server);
        await http.JoinAsync();
        await JoinGameAsync(http);
        await server.IO.EmitAsync("one");
        await game.EmitAsync("one");
        await game.EmitAsync("two");

        listener.RecordObservableInstruments();

        Assert.Equal((1, 2), (measured[""], measured["[socketio.server, game]"]));
    }

    [Fact]
    public async Task All_end_with_the_application()
    {
        (WireServer server, SocketIOServer game) = await StartBothAsync();
        var reasons = new Heard<string>("disconnects");
        game.OnConnection(socket => socket.OnDisconnect(reason => reasons.Add($"game {reason}")));
        await JoinGameAsync(Polling(server));

        await server.PassUntilAsync(server.StopAsync(), "the application stops");

        Assert.Equal(["game server shutting down"], reasons.All);
    }

    [Fact]
    public async Task An_impossible_option_stops_the_start_and_names_the_server()
    {
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => StartBothAsync(o => o.MaxPayload = 0));

        Assert.Contains("game", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxPayload", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mapping_a_server_that_was_not_added_says_how_to_add_it()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSocketIO("game");
        WebApplication app = builder.Build();

        var unnamed = Assert.Throws<InvalidOperationException>(() => app.MapSocketIO());
        var misnamed = Assert.Throws<InvalidOperationException>(() => app.MapSocketIO("/chat", "chat"));

        Assert.Contains("AddSocketIO()", unnamed.Message, StringComparison.Ordinal);
        Assert.Contains("AddSocketIO(\"chat\")", misnamed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_builder_knows_name_and_services()
    {
        var services = new ServiceCollection();

        Assert.Equal(("", (IServiceCollection)services), (services.AddSocketIO().Name, services.AddSocketIO(_ => { }).Services));
        Assert.Equal(("game", (IServiceCollection)services), (services.AddSocketIO("game").Name, services.AddSocketIO("game", _ => { }).Services));
        Assert.Throws<ArgumentException>(() => services.AddSocketIO(""));
        Assert.Equal(2, services.Count(service => service.ServiceType == typeof(SocketIOServer)));
        Assert.Equal(2, services.Count(service => service.ServiceType == typeof(IHostedService)));
    }

    [Fact]
    public async Task A_server_that_no_endpoint_leads_to_is_warned_of_by_its_name()
    {
        using var log = new LogCapture();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseTestServer();
        builder.Services.AddSocketIO();
        builder.Services.AddSocketIO("game");
        builder.Services.AddSocketIO("chat");
        await using WebApplication app = builder.Build();
        app.MapSocketIO();
        app.MapSocketIO("/chat", "chat");

        await app.StartAsync(TestContext.Current.CancellationToken);

        LogEntry warning = Assert.Single(log.OfLibrary(), entry => entry.Level == LogLevel.Warning);
        Assert.Contains("AddSocketIO(\"game\")", warning.Message, StringComparison.Ordinal);
    }

    private async Task<(WireServer Server, SocketIOServer Game)> StartBothAsync(Action<SocketIOOptions>? options = null)
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddSocketIO("game", options ?? (_ => { })),
            App = app => app.MapSocketIO("/game", "game"),
        });
        return (server, server.Services.GetRequiredKeyedService<SocketIOServer>("game"));
    }

    private static async Task<string> JoinGameAsync(PollingClient http)
    {
        HttpAnswer opened = await http.SendToAsync("/game/" + PollingClient.Query, HttpMethod.Get, null);
        string sid = OpenPacket.Parse(opened.Body).Sid;
        (await SendGameAsync(http, HttpMethod.Post, sid, "40")).ShouldBeOk();
        Assert.StartsWith("40{", (await SendGameAsync(http, HttpMethod.Get, sid)).Body, StringComparison.Ordinal);
        return sid;
    }

    private static async Task<HttpAnswer> SendGameAsync(PollingClient http, HttpMethod method, string sid, string? body = null)
    {
        using StringContent? content = body is null ? null : new StringContent(body);
        return await http.SendToAsync($"/game/{PollingClient.Query}&sid={sid}", method, content);
    }
}
