using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>What a test may change about its server beyond the options.</summary>
public sealed class WireServerSetup
{
    public Action<SocketIOOptions> Options { get; init; } = _ => { };

    public Action<IServiceCollection> Services { get; init; } = _ => { };

    public Action<KestrelServerOptions> Kestrel { get; init; } = _ => { };

    /// <summary>Middleware and endpoints of the application around the Socket.IO endpoint.</summary>
    public Action<WebApplication> App { get; init; } = _ => { };

    /// <summary>Conventions on the Socket.IO endpoint.</summary>
    public Action<IEndpointConventionBuilder> Endpoint { get; init; } = _ => { };
}

/// <summary>A real Kestrel on a free loopback port with the Socket.IO endpoint, whose clock stands still.</summary>
public sealed class WireServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<HttpContext, (string Method, string Sid)> _pending = new();

    private WireServer(Route route, WebApplication app, FakeTimeProvider clock, LogCapture log)
    {
        Route = route;
        _app = app;
        Clock = clock;
        Log = log;
    }

    public Route Route { get; }

    public FakeTimeProvider Clock { get; }

    public LogCapture Log { get; }

    public SocketIOServer IO => _app.Services.GetRequiredService<SocketIOServer>();

    public IServiceProvider Services => _app.Services;

    public Uri Address { get; private set; } = null!;

    public int Port => Address.Port;

    public static async Task<WireServer> StartAsync(Route route, WireServerSetup setup)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2031, 5, 17, 12, 0, 0, TimeSpan.Zero));
        var log = new LogCapture();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = route.Http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
                if (route.Tls)
                {
                    listen.UseHttps(TestCertificate.Instance);
                }
            });
            setup.Kestrel(kestrel);
        });
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddRouting();
        builder.Services.AddSocketIO(options =>
        {
            options.UseRawTransport = route.Raw;
            setup.Options(options);
        });
        setup.Services(builder.Services);

        var server = new WireServer(route, builder.Build(), clock, log);
        server._app.Use(server.KeepPendingAsync);
        setup.App(server._app);
        setup.Endpoint(server._app.MapSocketIO());
        server.IO.OnConnection(socket => socket.On("barrier", (Ack ack) => ack.SendAsync()));
        await server._app.StartAsync();

        string address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new Uri(address);
        return server;
    }

    /// <summary>Opens a session over the server's route.</summary>
    public async Task<EngineClient> OpenAsync() =>
        Route.Polling ? await PollingSession.OpenAsync(this) : await WebSocketSession.OpenAsync(this);

    /// <summary>Waits until a request of this method for this session is being handled and not yet answered.</summary>
    public Task UntilPendingAsync(string method, string sid, int count = 1) => Deadline.UntilAsync(
        () => _pending.Values.Count(p => p == (method, sid)) >= count,
        () => $"{count} {method} pending for {sid}; pending are [{string.Join(", ", _pending.Values)}]");

    /// <summary>Waits until no request for this session is being handled any more.</summary>
    public Task UntilNothingPendingAsync(string sid) => Deadline.UntilAsync(
        () => _pending.Values.All(p => p.Sid != sid),
        () => $"nothing is pending for {sid}; pending are [{string.Join(", ", _pending.Values)}]");

    /// <summary>Waits until the server holds exactly this many open sessions.</summary>
    public Task UntilConnectionsAsync(int count) => Deadline.UntilAsync(
        () => IO.ConnectionCount == count,
        () => $"the server has {count} open sessions; it has {IO.ConnectionCount}");

    /// <summary>Lets the server's time pass until <paramref name="task"/> is done; gives the time that passed.</summary>
    public Task<TimeSpan> PassUntilAsync(Task task, string what) => Clock.PassUntilAsync(task, what);

    /// <summary>Shuts the application down, as on SIGTERM.</summary>
    public Task StopAsync() => _app.StopAsync();

    /// <summary>Fails if the server logged an error: nothing that a client does is one.</summary>
    public void ShouldHaveNoErrors()
    {
        LogEntry[] errors = [.. Log.Entries.Where(e => e.Level >= LogLevel.Error)];
        Assert.True(errors.Length == 0, $"The server logged errors:\n{string.Join('\n', (object[])errors)}");
    }

    public async ValueTask DisposeAsync()
    {
        await Clock.PassUntilAsync(_app.StopAsync(), "the application stops");
        await _app.DisposeAsync();
    }

    private async Task KeepPendingAsync(HttpContext context, RequestDelegate next)
    {
        Task handling = next(context);
        if (!handling.IsCompleted)
        {
            _pending[context] = (context.Request.Method, context.Request.Query["sid"].ToString());
        }

        try
        {
            await handling;
        }
        finally
        {
            _pending.TryRemove(context, out _);
        }
    }
}
