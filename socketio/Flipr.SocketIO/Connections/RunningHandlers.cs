using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>The handlers of one connection that have not finished: counts them, and looks at how they end.</summary>
internal sealed class RunningHandlers(SocketIOServer server)
{
    private TaskCompletionSource? _idle;
    private TaskCompletionSource? _belowLimit;
    private int _count;
    private bool _isClosed;

    /// <summary>Whether so many run that nothing more should be read.</summary>
    public bool IsAboveLimit => Volatile.Read(ref _count) > server.Options.MaxRunningHandlers;

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

    /// <summary>Takes over a handler that has started.</summary>
    public void Track(Task task, string? eventName, Socket socket)
    {
        if (!task.IsCompletedSuccessfully)
        {
            Interlocked.Increment(ref _count);
            _ = FinishAsync(task, eventName, socket);
        }
    }

    /// <summary>A handler has thrown: logged and counted, and nobody else hears of it.</summary>
    public void OnFailed(string? eventName, Socket socket, Exception exception)
    {
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

    /// <summary>Waits until enough handlers have finished, or the connection is closed.</summary>
    public async Task WaitBelowLimitAsync()
    {
        server.Metrics.LimitExceeded(nameof(SocketIOOptions.MaxRunningHandlers));
        while (true)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _belowLimit, signal);
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
        Volatile.Write(ref _isClosed, true);
        Volatile.Read(ref _belowLimit)?.TrySetResult();
    }

    /// <summary>Completes when none runs any more; after <see cref="Close"/>.</summary>
    public Task WaitIdleAsync()
    {
        // Made before the count is read: whoever ends after that finds it.
        TaskCompletionSource idle = LazyInitializer.EnsureInitialized(ref _idle, static () => new(TaskCreationOptions.RunContinuationsAsynchronously));
        return Volatile.Read(ref _count) == 0 ? Task.CompletedTask : idle.Task;
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

        if (Interlocked.Decrement(ref _count) == 0 && Volatile.Read(ref _isClosed))
        {
            Volatile.Read(ref _idle)?.TrySetResult();
        }

        Volatile.Read(ref _belowLimit)?.TrySetResult();
    }
}
