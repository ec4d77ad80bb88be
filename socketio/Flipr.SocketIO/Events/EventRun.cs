using System.Runtime.ExceptionServices;

namespace Flipr.SocketIO;

/// <summary>One event on its way through the socket's middleware and the namespace's filters to its handlers.</summary>
/// <param name="dispatcher">Starts the handlers.</param>
/// <param name="handlers">Keeps track of it.</param>
/// <param name="turn">The connection's turn.</param>
/// <param name="context">The event.</param>
/// <param name="lease">Given back when all of it has ended.</param>
internal sealed class EventRun(EventDispatcher dispatcher, RunningHandlers handlers, SemaphoreSlim turn, EventContext context, EventLease lease)
{
    private readonly Lock _lock = new();
    private readonly IEventFilter[] _filters = context.Socket.Namespace.EventFilters;
    private EventLease _lease = lease;
    private TaskCompletionSource? _passed;
    private Task<HandlerFailure?>? _handling;
    private List<Task>? _running;
    private int _threadInTurn;
    private bool _isPassed;
    private bool _isOpen;

    private Socket Socket => context.Socket;

    /// <summary>Starts it, in the connection's turn. While it waits for something in front of its handlers, the socket's next event waits for it.</summary>
    public void Start()
    {
        _threadInTurn = Environment.CurrentManagedThreadId;
        Task running = RunAsync(Socket.Filtering);
        _threadInTurn = 0;
        lock (_lock)
        {
            if (!_isOpen)
            {
                _passed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Socket.Filtering = _passed.Task;
                handlers.BeginWaiting(context.Size);
            }
        }

        handlers.Track(running, context.EventName, Socket);
    }

    private async Task RunAsync(Task previous)
    {
        Exception? failure;
        try
        {
            if (!previous.IsCompleted)
            {
                await previous;
            }

            failure = await PassMiddlewareAsync() ?? await PassFiltersAsync();
        }
        finally
        {
            LetNextPass();
            _lease.Dispose();
        }

        if (failure is not null)
        {
            await dispatcher.AnswerErrorAsync(context.Ack, Socket, context.EventName, failure);
        }
    }

    private async Task<Exception?> PassMiddlewareAsync()
    {
        try
        {
            if (Socket.HasEventMiddleware)
            {
                await Socket.RunEventMiddlewareAsync(context.EventName, context.Arguments);
            }

            return null;
        }
        catch (Exception exception)
        {
            dispatcher.OnRefused(context.EventName, Socket, exception);
            return exception;
        }
    }

    private async Task<Exception?> PassFiltersAsync()
    {
        Exception? failure = null;
        try
        {
            await NextAsync(0);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        lock (_lock)
        {
            _isPassed = true;
        }

        // What a filter has not waited for ends here, and what it throws goes to the log.
        List<Exception>? unheard = null;
        for (int i = 0; RunningAt(i) is { } running; i++)
        {
            bool isLeftAlone = !running.IsCompleted;
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (isLeftAlone && running.Exception?.InnerException is { } exception && exception != failure && unheard?.Contains(exception) != true)
            {
                (unheard ??= []).Add(exception);
            }
        }

        if (failure is null && unheard is null)
        {
            return null;
        }

        HandlerFailure? ofHandlers = _handling is { IsCompletedSuccessfully: true } ? await _handling : null;
        foreach (Exception? exception in (Exception?[])[failure, .. unheard ?? []])
        {
            if (exception is not null && !(ofHandlers is { IsReported: true } && ofHandlers.Exception == exception))
            {
                handlers.OnFailed(context.EventName, Socket, exception);
            }
        }

        return failure ?? unheard?[0];
    }

    private ValueTask NextAsync(int index) => index == _filters.Length ? PassAsync() : _filters[index].InvokeAsync(
        context,
        passed =>
        {
            ArgumentNullException.ThrowIfNull(passed);
            return Keep(NextAsync(index + 1));
        });

    private ValueTask Keep(ValueTask next)
    {
        if (next.IsCompletedSuccessfully)
        {
            return next;
        }

        Task running = next.AsTask();
        lock (_lock)
        {
            (_running ??= []).Add(running);
        }

        return new ValueTask(running);
    }

    private Task? RunningAt(int index)
    {
        lock (_lock)
        {
            return index < _running?.Count ? _running[index] : null;
        }
    }

    private ValueTask PassAsync()
    {
        bool isInTurn = _threadInTurn == Environment.CurrentManagedThreadId;
        lock (_lock)
        {
            if (_isPassed)
            {
                throw new InvalidOperationException($"A filter called next for '{context.EventName}' twice, or after it had ended: the handlers of an event run once.");
            }

            _isPassed = true;
            if (!isInTurn)
            {
                _handling = StartHandlersInTurnAsync();
            }
        }

        if (isInTurn)
        {
            _handling = StartHandlers();
        }

        return WaitAsync(_handling!);
    }

    private static async ValueTask WaitAsync(Task<HandlerFailure?> handling)
    {
        if (await handling is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure.Exception);
        }
    }

    private async Task<HandlerFailure?> StartHandlersInTurnAsync()
    {
        await Task.Yield(); // Off the lock.
        await turn.WaitAsync();
        Task<HandlerFailure?>? handling = null;
        try
        {
            if (Socket.IsConnected)
            {
                handling = StartHandlers();
            }
        }
        finally
        {
            turn.Release();
        }

        return handling is null ? null : await handling;
    }

    private Task<HandlerFailure?> StartHandlers()
    {
        using EventContext.Scope scope = context.Enter();
        try
        {
            if (_filters.Length > 0)
            {
                return dispatcher.Dispatch(Socket, context.Json, context.Ack, default, isFiltered: true);
            }

            EventLease lease = _lease;
            _lease = default;
            return dispatcher.Dispatch(Socket, context.Json, context.Ack, lease, isFiltered: false);
        }
        finally
        {
            LetNextPass();
        }
    }

    private void LetNextPass()
    {
        TaskCompletionSource? passed;
        lock (_lock)
        {
            if (_isOpen)
            {
                return;
            }

            _isOpen = true;
            passed = _passed;
        }

        if (passed is not null)
        {
            handlers.EndWaiting(context.Size);
            passed.SetResult();
        }
    }
}
