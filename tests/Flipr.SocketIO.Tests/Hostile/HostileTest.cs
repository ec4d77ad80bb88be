using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Hostile;

/// <summary>
/// A test whose client means harm. After it the server must still serve everybody else, must have logged no error, and no
/// exception may have been left unobserved.
/// </summary>
public abstract class HostileTest(Route route) : WireTest(route)
{
    private WireServer? _server;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await using EngineClient friend = await _server.OpenAsync();
            await friend.JoinAsync();
            await friend.ShouldHaveNothingElseAsync();
        }

        await base.DisposeAsync();
        UnobservedExceptions.ShouldBeNone();
    }

    /// <summary>Starts the server under attack, and hears how its sockets of <c>/</c> end.</summary>
    protected async Task<(WireServer Server, Heard<string> Closed)> StartAttackedAsync(Action<SocketIOOptions>? options = null)
    {
        _server = await StartAsync(options);
        var closed = new Heard<string>("a disconnect");
        _server.IO.OnConnection(socket => socket.OnDisconnect(closed.Add));
        return (_server, closed);
    }

    /// <summary>A WebSocket that has joined <c>/</c>.</summary>
    protected async Task<WebSocketWire> AttackerAsync(WireServer server) => ((WebSocketSession)await JoinAsync(server)).Wire;
}
