using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>
/// What one connection has started and not finished: its handlers, which are counted and whose ends are looked at, and whatever else runs on its
/// behalf. Owns all of it: the server's stop waits for <see cref="WaitIdleAsync"/>.
/// </summary>
internal sealed class RunningHandlers(SocketIOServer server)
{
    private TaskCompletionSource? _idle;
    private TaskCompletionSource? _belowLimit;
    private int _handlers;
    private int _tasks;
    private int _waitingEvents;
    private long _waitingBytes;
    private bool _isClosed;

    /// <summary>Whether so many run, or so much waits in middleware, that nothing more should be read.</summary>
    public bool IsAboveLimit => HasTooManyHandlers || HasTooManyBytes;

    private bool HasTooManyHandlers => Volatile.Read(ref _handlers) > server.Options.MaxRunningHandlers;

    // A single event may be larger than the limit as long as no other waits.
    private bool HasTooManyBytes => Volatile.Read(ref _waitingBytes) > server.Options.MaxWaitingEventBytes && Volatile.Read(ref _waitingEvents) > 1;

    /// <summary>Starts a handler.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="eventName">What it handles; <see langword="null"/> if it is the connection.</param>
    /// <param name="socket">Whose it is.</param>
    public void Run(Func<Task> handler, string? eventName, Socket socket)
    {
        try
        {
            Track(handler(), eventName, socket);
        }
        catch (Exception exception)
        {
            OnFailed(eventName, socket, exception);
        }
    }

    /// <summary>Takes over a handler that has started; the socket's services live as long as it runs.</summary>
    public void Track(Task task, string? eventName, Socket socket)
    {
        if (!task.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _handlers);
            Begin();
            socket.BeginUse();
            _ = FinishAsync(task, eventName, socket); // Owned: by the counts.
        }
    }

    /// <summary>Takes over a task that is no handler.</summary>
    public void Own(Task task, string sessionId)
    {
        if (!task.IsCompletedSuccessfully)
        {
            Begin();
            _ = FinishAsync(task, sessionId); // Owned: by the count.
        }
    }

    /// <summary>Something has begun that ends with <see cref="End"/>.</summary>
    public void Begin() => Interlocked.Increment(ref _tasks);

    /// <summary>What <see cref="Begin"/> told of has ended.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _tasks) == 0 && Volatile.Read(ref _isClosed))
        {
            Volatile.Read(ref _idle)?.TrySetResult();
        }
    }

    /// <summary>An event waits in middleware.</summary>
    /// <param name="bytes">Its size, attachments included.</param>
    public void BeginWaiting(long bytes)
    {
        Interlocked.Add(ref _waitingBytes, bytes);
        Interlocked.Increment(ref _waitingEvents);
    }

    /// <summary>The event waits no longer.</summary>
    public void EndWaiting(long bytes)
    {
        Interlocked.Decrement(ref _waitingEvents);
        Interlocked.Add(ref _waitingBytes, -bytes);
        Volatile.Read(ref _belowLimit)?.TrySetResult();
    }

    /// <summary>Whether an exception is how a handler ends whose socket has gone: it waited for its client, or by the socket's token.</summary>
    public static bool IsEndWithSocket(Socket socket, Exception exception) =>
        exception is (OperationCanceledException or SocketDisconnectedException) && !socket.IsConnected;

    /// <summary>A handler has thrown: logged and counted, and nobody else hears of it.</summary>
    public void OnFailed(string? eventName, Socket socket, Exception exception)
    {
        if (IsEndWithSocket(socket, exception))
        {
            server.Log.EndedWithSocket(LogText.Clean(eventName ?? "connection"), socket.Id, exception.Message);
            return;
        }

        if (exception is UnreadableDataException)
        {
            string name = LogText.Clean(eventName ?? "connection");
            server.Log.DataUnreadable(name, socket.Id, LogText.Clean(exception.Message, maxLength: 300));
            server.Log.DataUnreadableDetails(name, socket.Id, exception);
            return;
        }

        server.Metrics.HandlerFailed();
        if (eventName is null)
        {
            server.Log.ConnectionHandlerFailed(LogText.Clean(socket.Namespace.Name), socket.Id, exception);
        }
        else
        {
            server.Log.HandlerFailed(LogText.Clean(eventName), socket.Id, exception);
        }
    }

    /// <summary>Waits until enough has finished, or the connection is closed.</summary>
    public async Task WaitBelowLimitAsync()
    {
        server.Metrics.LimitExceeded(HasTooManyHandlers ? nameof(SocketIOOptions.MaxRunningHandlers) : nameof(SocketIOOptions.MaxWaitingEventBytes));
        TaskCompletionSource? fresh = null;
        while (true)
        {
            // One signal for all who wait. A fence, as where the counts change: either the counts are seen here as they are, or the signal is seen there.
            TaskCompletionSource? signal = Interlocked.CompareExchange(ref _belowLimit, fresh, null);
            if (signal is null or { Task.IsCompleted: true })
            {
                fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                signal = Interlocked.CompareExchange(ref _belowLimit, fresh, signal) == signal ? fresh : Volatile.Read(ref _belowLimit)!;
            }

            Interlocked.MemoryBarrier();
            if (!IsAboveLimit || Volatile.Read(ref _isClosed))
            {
                return;
            }

            await signal.Task;
        }
    }

    /// <summary>Lets reading go on, however many run: there is nothing left to read.</summary>
    public void Close()
    {
        Interlocked.Exchange(ref _isClosed, true);
        Volatile.Read(ref _belowLimit)?.TrySetResult();
    }

    /// <summary>Completes when nothing runs any more; after <see cref="Close"/>.</summary>
    public Task WaitIdleAsync()
    {
        // Made before the count is read: whoever ends after that finds it.
        TaskCompletionSource idle = LazyInitializer.EnsureInitialized(ref _idle, static () => new(TaskCreationOptions.RunContinuationsAsynchronously));
        return Volatile.Read(ref _tasks) == 0 ? Task.CompletedTask : idle.Task;
    }

    private async Task FinishAsync(Task task, string? eventName, Socket socket)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            OnFailed(eventName, socket, exception);
        }
        finally
        {
            Interlocked.Decrement(ref _handlers);
            Volatile.Read(ref _belowLimit)?.TrySetResult();
            try
            {
                await socket.EndUseAsync();
            }
            finally
            {
                End();
            }
        }
    }

    private async Task FinishAsync(Task task, string sessionId)
    {
        try
        {
            await task;
        }
        catch (Exception exception)
        {
            server.Log.TaskFailed(sessionId, exception);
        }
        finally
        {
            End();
        }
    }
}
