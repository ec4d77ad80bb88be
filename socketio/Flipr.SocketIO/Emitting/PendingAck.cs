using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>An answer that a client owes.</summary>
internal abstract class PendingAck
{
    /// <summary>When it is given up, in the engine's milliseconds.</summary>
    public long Deadline { get; init; } = EngineClock.Never;

    /// <summary>The answer is there.</summary>
    public abstract void Complete(ref ArgumentReader arguments);

    /// <summary>There will be no answer.</summary>
    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class PendingAck<T> : PendingAck
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    /// <summary>Whether the client answered, but with something that is not a <typeparamref name="T"/>.</summary>
    public bool IsMisread { get; private set; }

    public override void Complete(ref ArgumentReader arguments)
    {
        try
        {
            _answer.TrySetResult(arguments.Read<T>());
        }
        catch (Exception exception)
        {
            // Whatever the application's converters and types throw: who waits for the answer has to hear of it.
            IsMisread = true;
            _answer.TrySetException(exception);
        }
    }

    public override void Fail(Exception exception) => _answer.TrySetException(exception);
}
