using System.Collections.Concurrent;
using Flipr.SocketIO.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.EngineIO;

/// <summary>All sessions of a server, and the one timer they share.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, EngineSession> _sessions = new(StringComparer.Ordinal);
    private readonly SessionSweep _sweep;
    private readonly ClientCounts _clients = new();
    private readonly EndedSessions _ended = new();
    private readonly IEngineHandler _handler;
    private readonly PeriodicTimer _timer;
    private readonly Task _sweeping;
    private int _count;

    public EngineServer(EngineSettings settings, IEngineHandler handler, TimeProvider timeProvider, ILogger logger, SocketIOMetrics metrics)
    {
        Settings = settings;
        Clock = new EngineClock(timeProvider);
        Log = new EngineLog(logger);
        Metrics = metrics;
        Metrics.ObserveOutbound(MeasureOutbound);
        Metrics.OnListenerFailed = Log.MeterListenerFailed;
        Flusher = new FlushScheduler(Log);
        _sweep = new SessionSweep(Log);
        _handler = handler;
        _timer = new PeriodicTimer(SweepInterval, timeProvider);
        _sweeping = SweepAsync();
    }

    public EngineSettings Settings { get; }

    public EngineClock Clock { get; }

    public FlushScheduler Flusher { get; }

    public EngineLog Log { get; }

    public SocketIOMetrics Metrics { get; }

    /// <summary>How many sessions are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether new sessions are refused because the server is going down.</summary>
    public bool IsShuttingDown { get; private set; }

    /// <summary>Called for every refused request.</summary>
    public Action<HttpContext, Refusal>? OnRefused { get; set; }

    /// <summary>The sessions that ended last.</summary>
    public EndedSessions Ended => _ended;

    /// <summary>Finds an open session. One whose deadline has passed is closed now, whatever the sweep's tick.</summary>
    public EngineSession? Find(string id)
    {
        if (!_sessions.TryGetValue(id, out EngineSession? session))
        {
            return null;
        }

        session.CheckDeadlines(Clock.Now);
        return session.IsOpen || session.IsClosing ? session : null;
    }

    /// <summary>Reserves a place for a new session.</summary>
    /// <returns>The session, or <see langword="null"/> if the server is full or going down, or the client has as many as it may have.</returns>
    public EngineSession? TryCreate(HttpContext handshake)
    {
        if (IsShuttingDown)
        {
            Log.Full(Settings.MaxConnections);
            return null;
        }

        // User code, which may throw: before anything is taken.
        string? client = Settings.MaxConnectionsPerClient is null ? null : Settings.ClientOf(handshake);
        if (Interlocked.Increment(ref _count) > Settings.MaxConnections)
        {
            Interlocked.Decrement(ref _count);
            Metrics.LimitExceeded(nameof(EngineSettings.MaxConnections));
            Log.Full(Settings.MaxConnections);
            return null;
        }

        if (client is not null && Settings.MaxConnectionsPerClient is { } most && !_clients.TryAdd(client, most))
        {
            Interlocked.Decrement(ref _count);
            Metrics.LimitExceeded(nameof(EngineSettings.MaxConnectionsPerClient));
            Log.ClientFull(client, most);
            return null;
        }

        return new EngineSession(this, SessionId.Create(), client);
    }

    /// <summary>Gives back the place of a session that has ended, or never opened; once, however often it is called.</summary>
    public void Abandon(EngineSession session)
    {
        if (!session.TryTakePlace())
        {
            return;
        }

        if (session.Client is { } client)
        {
            _clients.Remove(client);
        }

        Interlocked.Decrement(ref _count); // Last: who sees it finds the client's place free as well.
    }

    /// <summary>
    /// Opens a session: it is found by its id from here on, and the layer above knows it. If anything throws, the session has ended, and its
    /// place is given back.
    /// </summary>
    public void Open(EngineSession session, Transport transport, HttpContext handshake)
    {
        bool isKnown = false;
        bool isOpen = false;
        try
        {
            session.Start(transport);
            session.Attach(_handler.OnOpened(session, handshake));
            _sessions[session.Id] = session;
            _sweep.Add(session);
            isKnown = true;
            session.SendOpenPacket(transport);
            Metrics.Opened(transport.Name);
            isOpen = true;
        }
        finally
        {
            if (isKnown && !isOpen)
            {
                session.OnTransportEnded(CloseReason.TransportError);
            }
            else if (!isOpen)
            {
                Abandon(session);
            }
        }

        if (IsShuttingDown)
        {
            session.Close(CloseReason.ServerShuttingDown);
        }
    }

    /// <summary>A session has closed: its place is free, and who comes with its id later is known.</summary>
    public void OnClosed(EngineSession session, string reason)
    {
        Abandon(session);
        if (session.Transport.EndsWithSession)
        {
            // Its client may not have heard yet. Nobody comes back with the id of a session that was on a WebSocket.
            _ended.Add(session.Id, reason, session.Transport.OwesPoll);
        }
    }

    /// <summary>Tells log and metrics of a session that has closed.</summary>
    public void ReportClosed(EngineSession session, string reason)
    {
        Metrics.Closed(session.Transport.Name, reason);
        Log.SessionClosed(session.Id, reason);
    }

    public void Remove(EngineSession session)
    {
        if (_sessions.TryRemove(session.Id, out _))
        {
            _sweep.Remove(session);
        }
    }

    /// <summary>Answers a request with an error, and says why where an operator looks.</summary>
    public Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        string message = EngineErrors.MessageOf(refusal.Error);
        if (!refusal.IsLogged)
        {
            Log.Refused((int)refusal.Error, message, refusal.Cause, context.Request.Method);
        }

        Metrics.Refused((int)refusal.Error);
        try
        {
            OnRefused?.Invoke(context, refusal);
        }
        catch (Exception exception)
        {
            // The client gets its answer, whatever the application makes of it.
            Log.RefusalHandlerFailed(exception);
        }

        return EngineErrors.WriteAsync(context, refusal.Error, refusal.Message ?? message);
    }

    /// <summary>Ends every session; clients reconnect, to another instance or to the next one.</summary>
    public void Shutdown()
    {
        IsShuttingDown = true;
        foreach (EngineSession session in _sessions.Values)
        {
            session.Close(CloseReason.ServerShuttingDown);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Shutdown();
        _timer.Dispose();
        await _sweeping;
        Flusher.Dispose();
    }

    private (long Messages, long Bytes) MeasureOutbound()
    {
        (long messages, long bytes) = (0, 0);
        foreach ((_, EngineSession session) in _sessions)
        {
            (int waiting, long size) = session.MeasureOutbound();
            messages += waiting;
            bytes += size;
        }

        return (messages, bytes);
    }

    private async Task SweepAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            _sweep.Run(Clock.Now);
        }
    }
}
