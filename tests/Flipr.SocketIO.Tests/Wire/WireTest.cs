namespace Flipr.SocketIO.Tests.Wire;

/// <summary>
/// A test that speaks the wire. Servers and clients that it makes here are taken down after it, the latest first, and the server
/// must not have logged an error unless the test says that it provokes one.
/// </summary>
public abstract class WireTest(Route route) : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly List<WireServer> _servers = [];

    protected Route Route => route;

    /// <summary>Set by a test whose own handlers throw: the server's errors are then its subject.</summary>
    protected bool ErrorsExpected { get; set; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        while (_owned.TryPop(out IAsyncDisposable? owned))
        {
            await owned.DisposeAsync();
        }

        // For whoever looks into a failing test: WIRE_LOG=1 adds what the server logged to the test's output.
        if (Environment.GetEnvironmentVariable("WIRE_LOG") is not null)
        {
            _servers.ForEach(server => TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', server.Log.Entries)));
        }

        if (!ErrorsExpected)
        {
            _servers.ForEach(s => s.ShouldHaveNoErrors());
        }
    }

    /// <summary>Starts a server for this test's route.</summary>
    protected Task<WireServer> StartAsync(Action<SocketIOOptions>? options = null) =>
        StartAsync(new WireServerSetup { Options = options ?? (_ => { }) });

    /// <inheritdoc cref="StartAsync(Action{SocketIOOptions}?)"/>
    protected async Task<WireServer> StartAsync(WireServerSetup setup)
    {
        WireServer server = Own(await WireServer.StartAsync(route, setup));
        _servers.Add(server);
        return server;
    }

    /// <summary>Opens a session over this test's route.</summary>
    protected async Task<EngineClient> OpenAsync(WireServer server) => Own(await server.OpenAsync());

    /// <summary>Opens a session and connects it to <c>/</c>.</summary>
    protected async Task<EngineClient> JoinAsync(WireServer server)
    {
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync();
        return client;
    }

    /// <summary>Opens a session over a WebSocket.</summary>
    protected async Task<WebSocketWire> WebSocketAsync(WireServer server, string query = WebSocketWire.Query, params string[] headers) =>
        Own(await WebSocketWire.ConnectAsync(server, query, headers));

    /// <summary>A client for single polling requests.</summary>
    protected PollingClient Polling(WireServer server) => Own(new PollingClient(server));

    /// <summary>A bare connection.</summary>
    protected async Task<RawConnection> ConnectAsync(WireServer server) => Own(await RawConnection.OpenAsync(server));

    protected T Own<T>(T owned)
        where T : notnull
    {
        _owned.Push(owned as IAsyncDisposable ?? new Sync((IDisposable)owned));
        return owned;
    }

    private sealed class Sync(IDisposable disposable) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            disposable.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
