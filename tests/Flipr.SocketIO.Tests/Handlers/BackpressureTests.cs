using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Whoever awaits an emit to one socket keeps its client's pace; the limit strikes those who do not.</summary>
public abstract class BackpressureTests(Route route) : WireTest(route)
{
    private const int Messages = 1000;

    private static readonly string Large = new('x', 64 * 1024);

    // More than the system takes for a connection whose client does not read.
    private static readonly string Huge = new('h', 24 * 1024 * 1024);

    public sealed class OverRawPath() : BackpressureTests(Route.Raw1);

    public sealed class OverFallbackPath() : BackpressureTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : BackpressureTests(Route.RawTls1);

    public sealed class OverHttp2() : BackpressureTests(Route.WebSocket2);

    public sealed class OverPolling() : BackpressureTests(Route.Polling1);

    [Fact]
    public async Task All_that_a_handler_emits_and_awaits_arrives()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("go", () => EmitAllAsync(socket)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"go\"]");

        await ShouldReceiveAllAsync(client);
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task All_that_a_connection_handler_emits_and_awaits_arrives_behind_the_connect()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(EmitAllAsync);
        EngineClient client = await JoinAsync(server);

        await ShouldReceiveAllAsync(client);
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Messages_larger_than_the_limit_arrive_one_after_the_other()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 100_000);
        string huge = new('h', 1_500_000);
        server.IO.OnConnection(socket => socket.On("go", async () =>
        {
            for (int n = 0; n < 10; n++)
            {
                await socket.EmitAsync("x", n, huge);
            }
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"go\"]");

        for (int n = 0; n < 10; n++)
        {
            await client.ShouldReceiveAsync($"42[\"x\",{n},\"{huge}\"]");
        }
    }

    [Fact]
    public async Task An_emit_for_which_little_waits_completes_at_once()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Assert.True(HasCompletedAtOnce(server.IO.Sockets.Single().EmitAsync("x", "y")));

        await client.ShouldReceiveAsync("42[\"x\",\"y\"]");
    }

    [Fact]
    public async Task An_emit_to_a_client_that_takes_nothing_completes_when_the_session_ends()
    {
        WireServer server = await StartAsync();
        var reasons = new Heard<string>("a disconnect");
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        socket.OnDisconnect(reasons.Add);

        Task emit = EmitHuge(socket);
        Assert.Empty(reasons.All);
        await server.PassUntilAsync(emit, "the emit completes");

        Assert.Equal("ping timeout", await reasons.NextAsync());
        await socket.EmitAsync("x", Large).AsTask().Within("an emit to a socket that has left");
    }

    [Fact]
    public async Task An_emit_to_a_client_that_answers_pings_it_has_not_taken_completes_when_the_session_ends()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        Task emit = EmitHuge(socket);

        for (int second = 0; second < 60 && !emit.IsCompleted; second++)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            try
            {
                await client.SendAsync("3");
            }
            catch (Exception exception) when (exception is IOException or Xunit.Sdk.XunitException or HttpRequestException)
            {
                // The session has ended.
                break;
            }
        }

        await emit.Within("the emit completes");
        await server.UntilConnectionsAsync(0);
    }

    [Fact]
    public async Task A_volatile_emit_waits_for_nobody()
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        Task emit = EmitHuge(socket);

        Assert.True(HasCompletedAtOnce(socket.AsVolatile.EmitAsync("x", Large)));
        Assert.False(emit.IsCompleted);
    }

    [Fact]
    public async Task Who_does_not_await_meets_the_limit_and_one_warning_names_it()
    {
        WireServer server = await StartAsync(o => o.MaxOutboundBytes = 300_000);
        var reasons = new Heard<string>("a disconnect");
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        socket.OnDisconnect(reasons.Add);

        var emits = new List<Task>();
        for (int n = 0; n < 500; n++)
        {
            emits.Add(socket.EmitAsync("x", Large).AsTask());
        }

        Assert.Equal("outbound limit exceeded", await reasons.NextAsync());
        await Task.WhenAll(emits).Within("the emits complete");
        await server.Log.ContainsAsync("MaxOutboundBytes");
        LogEntry warning = Assert.Single(server.Log.OfLibrary(), entry => entry.Level == LogLevel.Warning);
        Assert.Contains("MaxOutboundBytes", warning.Message, StringComparison.Ordinal);
        Assert.Contains("300000", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BufferedBytes_tells_what_waits_for_the_client()
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        await Deadline.UntilAsync(() => socket.BufferedBytes == 0, "nothing waits");

        Task emit = EmitHuge(socket);

        Assert.InRange(socket.BufferedBytes, Huge.Length / 4, Huge.Length + 100);
        Assert.False(emit.IsCompleted);
    }

    // Without anything behind it that was allocated.
    private static bool HasCompletedAtOnce(ValueTask emit) => emit == default;

    private static async Task EmitAllAsync(Socket socket)
    {
        for (int n = 0; n < Messages; n++)
        {
            await socket.EmitAsync("x", n, Large);
        }
    }

    private static async Task ShouldReceiveAllAsync(EngineClient client)
    {
        for (int n = 0; n < Messages; n++)
        {
            await client.ShouldReceiveAsync($"42[\"x\",{n},\"{Large}\"]");
        }
    }

    private static Task EmitHuge(Socket socket)
    {
        Task emit = socket.EmitAsync("x", Huge).AsTask();
        Assert.False(emit.IsCompleted, "The emit should wait for its client.");
        return emit;
    }
}
