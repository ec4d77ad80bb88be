using System.Diagnostics.Metrics;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>Whoever listens to log or metrics may throw: what is reported has happened all the same.</summary>
public abstract class ThrowingListenerTests(Route route) : WireTest(route)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(25);

    public sealed class OverRawPath() : ThrowingListenerTests(Route.Raw1);

    public sealed class OverFallbackPath() : ThrowingListenerTests(Route.Fallback1);

    public sealed class OverPolling() : ThrowingListenerTests(Route.Polling1);

    [Fact]
    public async Task A_logger_that_throws_leaves_no_socket_in_its_namespace()
    {
        WireServer server = await StartWithThrowingLoggerAsync();
        EngineClient leaving = await JoinAsync(server);
        EngineClient staying = await JoinAsync(server);

        await leaving.VanishAsync();

        await LeftAsync(server, staying);
    }

    [Fact]
    public async Task A_connection_handler_and_a_logger_that_throw_do_not_hold_back_what_is_sent()
    {
        WireServer server = await StartWithThrowingLoggerAsync();
        server.IO.Use(async _ => await Task.Yield());
        server.IO.OnConnection(new Action<Socket>(_ => throw new InvalidOperationException("of the handler")));

        EngineClient client = await JoinAsync(server);
        await server.IO.EmitAsync("x", 1);

        await client.ShouldReceiveAsync("42[\"x\",1]");
    }

    [Fact]
    public async Task A_meter_listener_that_throws_leaves_no_socket_in_its_namespace()
    {
        WireServer server = await StartAsync();
        EngineClient leaving = await JoinAsync(server);
        EngineClient staying = await JoinAsync(server);
        using MeterListener listener = ThrowAtMeasurements(server);

        await leaving.VanishAsync();

        await LeftAsync(server, staying);
        LogEntry told = await server.Log.ContainsAsync("measurement");
        Assert.Equal("of the listener", told.Exception?.Message);
    }

    [Fact]
    public async Task A_meter_listener_that_throws_keeps_nobody_from_connecting()
    {
        WireServer server = await StartAsync();
        using MeterListener listener = ThrowAtMeasurements(server);

        EngineClient client = await JoinAsync(server);
        await server.IO.EmitAsync("x", 1);

        await client.ShouldReceiveAsync("42[\"x\",1]");
        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(1, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_session_whose_deadline_ends_in_an_exception_does_not_stop_the_heartbeat_of_others()
    {
        WireServer server = await StartWithThrowingLoggerAsync(o => o.ConnectTimeout = TimeSpan.FromSeconds(5));
        EngineClient idle = await OpenAsync(server); // It joins nothing in time, and the logger throws when it is told so.
        var clients = new List<EngineClient>();
        for (int i = 0; i < 20; i++)
        {
            clients.Add(await JoinAsync(server));
        }

        Task[] ends = [.. clients.Select(client => client.ReceiveTextAsync())];
        Task pings = Task.WhenAll(ends);
        await server.PassUntilAsync(pings, "everyone is pinged");

        Assert.All(ends, ping => Assert.Equal("2", ((Task<string>)ping).Result));
        await idle.ReceiveEndAsync();
    }

    private static async Task LeftAsync(WireServer server, EngineClient staying)
    {
        await Deadline.UntilAsync(() => server.IO.Sockets.Count == 1, () => $"one socket is left; there are {server.IO.Sockets.Count}");
        await server.UntilConnectionsAsync(1);
        await server.IO.EmitAsync("x", 1);
        await staying.ShouldReceiveAsync("42[\"x\",1]");
        Task<string> ping = staying.ReceiveTextAsync();
        server.Clock.Advance(Interval);
        Assert.Equal("2", await ping.Within("a ping"));
    }

    private async Task<WireServer> StartWithThrowingLoggerAsync(Action<SocketIOOptions>? options = null)
    {
        ErrorsExpected = true;
        return await StartAsync(new WireServerSetup
        {
            Options = options ?? (_ => { }),
            Services = services => services.AddSingleton<ILoggerProvider, ThrowingLoggerProvider>(),
        });
    }

    private MeterListener ThrowAtMeasurements(WireServer server)
    {
        ErrorsExpected = true;
        IMeterFactory factory = server.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Flipr.SocketIO" && instrument.Meter.Scope == factory)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("of the listener"));
        listener.SetMeasurementEventCallback<int>(static (_, _, _, _) => throw new InvalidOperationException("of the listener"));
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("of the listener"));
        listener.Start();
        return listener;
    }

    private sealed class ThrowingLoggerProvider : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new ThrowingLogger(categoryName.StartsWith("Flipr.SocketIO", StringComparison.Ordinal));

        public void Dispose()
        {
        }

        private sealed class ThrowingLogger(bool throws) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (throws)
                {
                    throw new InvalidOperationException("of the logger");
                }
            }
        }
    }
}
