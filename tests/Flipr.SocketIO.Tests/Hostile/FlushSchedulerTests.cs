using System.Diagnostics.Metrics;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>The thread that flushes for broadcasts: a transport's fault ends that session, neither the thread nor the process.</summary>
public sealed class FlushSchedulerTests
{
    [Fact]
    public async Task A_transport_that_throws_ends_its_session_and_the_others_are_flushed()
    {
        var closed = new Heard<string>("a session that closes");
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        await using var server = new EngineServer(Settings, new Handler(closed), TimeProvider.System, NullLogger.Instance, new SocketIOMetrics(services.GetRequiredService<IMeterFactory>(), ""));
        var flushed = new Heard<int>("a flush");
        EngineSession failing = Open(server, new FakeTransport(() => throw new NotSupportedException("of the transport")));
        EngineSession other = Open(server, new FakeTransport(() => flushed.Add(1)));

        server.Flusher.Add([failing, other]);

        await flushed.NextAsync();
        Assert.Equal("transport error", await closed.NextAsync());
        Assert.True(other.IsOpen);
        server.Flusher.Add([other]);
        await flushed.NextAsync();
    }

    [Fact]
    public async Task After_the_end_a_batch_is_emptied_and_nothing_is_flushed()
    {
        await using ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var server = new EngineServer(Settings, new Handler(new Heard<string>("")), TimeProvider.System, NullLogger.Instance, new SocketIOMetrics(services.GetRequiredService<IMeterFactory>(), ""));
        EngineSession session = Open(server, new FakeTransport(() => { }));
        server.Flusher.Add([session]);
        await server.DisposeAsync();
        List<EngineSession> batch = [session];

        server.Flusher.Add(batch);

        Assert.Empty(batch);
        server.Flusher.Dispose();
    }

    private static EngineSettings Settings => new()
    {
        PingInterval = 25_000,
        PingTimeout = 20_000,
        UpgradeTimeout = 10_000,
        CloseTimeout = 10_000,
        MaxPayload = 1_000,
        MaxOutboundBytes = 1_000,
        MaxConnections = 10,
        MaxConnectionsPerClient = null,
        ClientOf = _ => "",
        AllowPolling = true,
        AllowWebSocket = true,
        AllowUpgrades = true,
        UseRawTransport = true,
        PerMessageDeflate = false,
        HttpCompressionThreshold = null,
        Cookie = null,
    };

    private static EngineSession Open(EngineServer server, Transport transport)
    {
        var request = new DefaultHttpContext();
        EngineSession session = server.TryCreate(request)!;
        server.Open(session, transport, request);
        return session;
    }

    private sealed class FakeTransport(Action flush) : Transport
    {
        public override string Name => "fake";

        public override bool IsWritable => true;

        public override long PendingBytes => 0;

        public override bool EndsWithSession => true;

        public override void FlushDeferred() => flush();

        public override void Pump()
        {
        }

        public override void Close(string reason)
        {
        }

        public override void Abort()
        {
        }
    }

    private sealed class Handler(Heard<string> closed) : IEngineHandler, ISessionHandler
    {
        public ISessionHandler OnOpened(EngineSession session, HttpContext handshake) => this;

        public ValueTask OnMessageAsync(ReadOnlyMemory<byte> data, bool isBinary) => ValueTask.CompletedTask;

        public void OnClosed(string reason) => closed.Add(reason);

        public void OnRequest(HttpContext request)
        {
        }

        public long OnDeadline(long now) => EngineClock.Never;
    }
}
