using System.Diagnostics;
using System.Text.Json;
using System.Threading.RateLimiting;
using Flipr.SocketIO.Diagnostics;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Leads one connection's events past rate limiters, through middleware, filters and catch-all listeners to their handlers, with span and metrics.</summary>
/// <param name="server">The server.</param>
/// <param name="turn">The connection's turn: whoever starts handlers holds it.</param>
/// <param name="handlers">Keeps track of handlers that run on.</param>
/// <param name="connection">The span of the connection, which those of the events link to.</param>
/// <param name="limits">The connection's rate limits, if there are any; disposed with this.</param>
internal sealed class EventDispatcher(SocketIOServer server, SemaphoreSlim turn, RunningHandlers handlers, ActivityContext connection, EventLimits? limits) : IAsyncDisposable
{
    private static readonly Task<HandlerFailure?> Nothing = Task.FromResult<HandlerFailure?>(null);

    /// <summary>An event has arrived, in turn.</summary>
    public void OnEvent(Socket socket, ReadOnlySpan<byte> json, ulong? ackId)
    {
        Ack ack = ackId is { } id ? new Ack(socket, id) : default;
        bool isLed = socket.HasEventMiddleware || socket.Namespace.EventFilters.Length > 0;
        EventContext? context = null;
        EventLease lease = default;
        if (limits is not null && !TryAcquire(limits, socket, json, ack, ref context, out lease))
        {
            return;
        }

        if (isLed)
        {
            new EventRun(this, handlers, turn, context ?? CreateContext(socket, json, ack), lease).Start();
        }
        else
        {
            Dispatch(socket, json, ack, lease, isFiltered: false);
        }
    }

    /// <summary>Starts the handlers of an event, in turn.</summary>
    /// <param name="socket">Whose event it is.</param>
    /// <param name="json">The packet's JSON.</param>
    /// <param name="ack">Answers it.</param>
    /// <param name="lease">Given back when the handlers have ended.</param>
    /// <param name="isFiltered">Whether what they throw is the caller's to report.</param>
    /// <returns>What the first that failed has thrown, when all have ended; nothing, and at once, if they are not filtered.</returns>
    public Task<HandlerFailure?> Dispatch(Socket socket, ReadOnlySpan<byte> json, Ack ack, EventLease lease, bool isFiltered)
    {
        try
        {
            return Start(socket, json, ack, lease, isFiltered);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    /// <summary>A middleware has dropped an event.</summary>
    public void OnRefused(string eventName, Socket socket, Exception exception)
    {
        if (RunningHandlers.IsEndWithSocket(socket, exception))
        {
            server.Log.EndedWithSocket(LogText.Clean(eventName), socket.Id, exception.Message);
        }
        else
        {
            server.Log.EventRefused(LogText.Clean(eventName), socket.Id, exception);
        }
    }

    /// <summary>Answers an event that failed, if its client waits for an answer, has none yet, and the option says how.</summary>
    public async Task AnswerErrorAsync(Ack ack, Socket socket, string eventName, Exception exception)
    {
        if (!ack.IsRequested || server.Options.AnswerErrors is not { } describe || RunningHandlers.IsEndWithSocket(socket, exception))
        {
            return;
        }

        try
        {
            if (describe(exception) is { } answer)
            {
                await ack.SendAsync(answer);
            }
        }
        catch (Exception failure)
        {
            server.Metrics.HandlerFailed();
            server.Log.ErrorAnswerFailed(LogText.Clean(eventName), socket.Id, failure);
        }
    }

    /// <summary>Disposes the connection's rate limiter. No event comes any more, and no handler runs.</summary>
    public ValueTask DisposeAsync() => limits?.DisposeAsync() ?? ValueTask.CompletedTask;

    // What the event is read from is used for the next packet when this one has been handled: it is copied.
    private static EventContext CreateContext(Socket socket, ReadOnlySpan<byte> json, Ack ack) =>
        new(socket, json.ToArray(), OriginalText.Current, AttachmentScope.Received, ack);

    private bool TryAcquire(EventLimits limits, Socket socket, ReadOnlySpan<byte> json, Ack ack, ref EventContext? context, out EventLease lease)
    {
        lease = default;
        RateLimitLease? ofConnection = null;
        RateLimitLease? ofEvent = null;
        bool isAcquired = false;
        try
        {
            ofConnection = limits.AttemptConnection();
            if (ofConnection is { IsAcquired: false })
            {
                Refuse(limits, nameof(SocketIOOptions.ConnectionRateLimiter), ofConnection, socket, json, ack);
                return false;
            }

            if (server.Options.EventRateLimiter is { } limiter)
            {
                ofEvent = limiter.AttemptAcquire(context = CreateContext(socket, json, ack));
                if (!ofEvent.IsAcquired)
                {
                    Refuse(limits, nameof(SocketIOOptions.EventRateLimiter), ofEvent, socket, json, ack);
                    return false;
                }
            }

            lease = new EventLease(ofConnection, ofEvent);
            return isAcquired = true;
        }
        catch (Exception exception)
        {
            // A limiter that fails lets nothing pass.
            string name = EventPayload.ReadName(json, []).ToString();
            server.Metrics.HandlerFailed();
            server.Log.RateLimiterFailed(LogText.Clean(name), socket.Id, exception);
            handlers.Own(AnswerErrorAsync(ack, socket, name, exception), socket.Connection.Session.Id);
            return false;
        }
        finally
        {
            if (!isAcquired)
            {
                new EventLease(ofConnection, ofEvent).Dispose();
            }
        }
    }

    private void Refuse(EventLimits limits, string option, RateLimitLease lease, Socket socket, ReadOnlySpan<byte> json, Ack ack)
    {
        string name = EventPayload.ReadName(json, []).ToString();
        limits.Report(option, name);
        if (ack.IsRequested && server.Options.AnswerErrors is not null)
        {
            TimeSpan? retryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time) ? time : null;
            handlers.Own(AnswerErrorAsync(ack, socket, name, new RateLimitedException(name, retryAfter)), socket.Connection.Session.Id);
        }

        if (server.Options.DisconnectOnRateLimit)
        {
            socket.Connection.Session.Close(CloseReason.RateLimit);
        }
    }

    private Task<HandlerFailure?> Start(Socket socket, ReadOnlySpan<byte> json, Ack ack, EventLease lease, bool isFiltered)
    {
        Span<char> buffer = stackalloc char[256];
        ReadOnlySpan<char> name = EventPayload.ReadName(json, buffer);
        EventListener[] listeners = socket.TakeListeners(name);
        if (socket.SeesEveryEvent)
        {
            string eventName = name.ToString();
            IReadOnlyList<JsonData> all = EventArguments.Read(OriginalText.Current ?? json, AttachmentScope.Received, server.Serializer);
            foreach (Func<string, IReadOnlyList<JsonData>, Task> listener in socket.AnyListeners)
            {
                handlers.Run(() => listener(eventName, all), eventName, socket);
            }
        }

        if (listeners.Length == 0)
        {
            lease.Dispose();
            server.Metrics.Unhandled();
            server.Log.Unhandled(LogText.Clean(name), socket.Id);
            return Nothing;
        }

        bool isTimed = server.Metrics.TimesHandlers;
        bool isTraced = SocketIOActivities.HasListeners;
        string? reportedName = isTimed || isTraced || server.Metrics.CountsEvents ? name.ToString() : null;
        if (reportedName is not null)
        {
            server.Metrics.EventReceived(reportedName);
        }

        long start = isTimed ? Stopwatch.GetTimestamp() : 0;
        Activity? outer = isTraced ? Activity.Current : null;
        Activity? activity = isTraced ? SocketIOActivities.StartProcess(reportedName!, socket.Namespace.Name, socket.Id, connection) : null;
        IDisposable? scope = isTraced ? server.Log.BeginHandler(socket.Id, socket.Namespace.Name, reportedName!) : null;
        List<Task>? running = null;
        HandlerFailure? failure = null;
        Utf8JsonReader arguments = EventPayload.ReadArguments(json, server.Serializer.MaxDepth, isEvent: true);
        foreach (EventListener listener in listeners)
        {
            if (!listener.TryTake())
            {
                continue;
            }

            var reader = new ArgumentReader(arguments, server.Serializer.Options, ack, socket);
            try
            {
                Task task = listener.InvokeAsync(ref reader);
                if (!task.IsCompletedSuccessfully)
                {
                    if (!isFiltered)
                    {
                        handlers.Track(task, name.ToString(), socket);
                    }

                    (running ??= []).Add(task);
                }
            }
            catch (JsonException exception) when (reader.Expected is { } expected)
            {
                SocketIOActivities.Fail(activity, exception);
                server.Log.BadArgument(reader.Position, name, socket.Id, expected, exception);
                failure ??= new HandlerFailure(exception, IsReported: true);
            }
            catch (Exception exception)
            {
                SocketIOActivities.Fail(activity, exception);
                bool isReported = !isFiltered || failure is not null;
                if (isReported)
                {
                    handlers.OnFailed(name.ToString(), socket, exception);
                }

                failure ??= new HandlerFailure(exception, isReported);
            }
        }

        if (isTimed || isTraced)
        {
            // The handlers have their own copy of the context; whoever reads the next packet must not inherit it.
            scope?.Dispose();
            if (isTraced)
            {
                Activity.Current = outer;
            }
        }

        bool mayFail = failure is not null || running is not null;
        bool answersErrors = !isFiltered && mayFail && ack.IsRequested && server.Options.AnswerErrors is not null;
        if (!isTimed && !isTraced && !answersErrors && !(isFiltered && mayFail) && (lease.IsEmpty || running is null))
        {
            lease.Dispose();
            return Nothing;
        }

        Task<HandlerFailure?> finishing = FinishAsync(running, failure, socket, activity, reportedName ?? name.ToString(), start, lease, isFiltered, answersErrors ? ack : default);
        if (isFiltered)
        {
            return finishing;
        }

        handlers.Own(finishing, socket.Connection.Session.Id);
        return Nothing;
    }

    private async Task<HandlerFailure?> FinishAsync(
        List<Task>? running, HandlerFailure? failure, Socket socket, Activity? activity, string eventName, long start, EventLease lease, bool isFiltered, Ack ack)
    {
        try
        {
            foreach (Task task in running ?? [])
            {
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if ((task.Exception?.InnerException ?? task.Exception) is { } thrown && !RunningHandlers.IsEndWithSocket(socket, thrown))
                {
                    SocketIOActivities.Fail(activity, thrown);
                }

                if ((task.Exception?.InnerException ?? (task.IsCanceled ? new TaskCanceledException(task) : null)) is { } exception)
                {
                    if (isFiltered && failure is not null)
                    {
                        handlers.OnFailed(eventName, socket, exception);
                    }

                    failure ??= new HandlerFailure(exception, IsReported: !isFiltered);
                }
            }

            if (start != 0)
            {
                server.Metrics.HandlerRan(Stopwatch.GetElapsedTime(start), eventName);
            }
        }
        finally
        {
            activity?.Dispose();
            lease.Dispose();
        }

        if (failure is not null)
        {
            await AnswerErrorAsync(ack, socket, eventName, failure.Exception);
        }

        return failure;
    }
}
