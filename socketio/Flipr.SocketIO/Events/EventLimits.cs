using System.Threading.RateLimiting;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>The rate limits of one connection: its own limiter, and what has been said of it. Called in the connection's turn.</summary>
/// <param name="server">The server.</param>
/// <param name="session">The connection.</param>
/// <param name="handshake">The request that opened it.</param>
internal sealed class EventLimits(SocketIOServer server, EngineSession session, Handshake handshake) : IAsyncDisposable
{
    private RateLimiter? _connection;
    private bool _hasConnection;
    private bool _hasWarned;

    /// <summary>The limits of a connection; <see langword="null"/> if there are none.</summary>
    public static EventLimits? Create(SocketIOServer server, EngineSession session, Handshake handshake) =>
        server.Options is { ConnectionRateLimiter: null, EventRateLimiter: null } ? null : new EventLimits(server, session, handshake);

    /// <summary>Asks the connection's own limiter.</summary>
    /// <returns>Its lease, acquired or not; <see langword="null"/> if the connection has no limiter.</returns>
    public RateLimitLease? AttemptConnection()
    {
        if (!_hasConnection)
        {
            // With the first event: a connection that is idle costs nothing. What throws here is asked again.
            _connection = server.Options.ConnectionRateLimiter?.Invoke(handshake);
            _hasConnection = true;
        }

        return _connection?.AttemptAcquire();
    }

    /// <summary>An event is over a limit: counts it, and logs the first of the connection.</summary>
    /// <param name="option">The option with the limit.</param>
    /// <param name="eventName">The event.</param>
    public void Report(string option, string eventName)
    {
        bool isFirst = !_hasWarned;
        _hasWarned = true;
        server.Metrics.LimitExceeded(option);
        if (isFirst)
        {
            server.Log.EventRateLimited(session.Id, LogText.Clean(eventName), option);
        }
    }

    /// <summary>Disposes the connection's limiter, when all leases have been given back. The server's is the application's own.</summary>
    public ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;
}
