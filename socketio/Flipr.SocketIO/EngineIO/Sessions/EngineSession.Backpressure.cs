namespace Flipr.SocketIO.EngineIO;

// Who awaits what it sends keeps the client's pace.
internal sealed partial class EngineSession
{
    // For all who wait until less waits to be sent; there while somebody does.
    private TaskCompletionSource? _lessWaits;

    /// <summary>
    /// Sends a message or queues it, as <see cref="Send"/> does, and completes when no more than
    /// <see cref="EngineSettings.LowWaterMark"/> waits to be sent, or the session ends: at once, as a rule.
    /// </summary>
    public ValueTask SendAsync(OutboundMessage message)
    {
        Acceptance acceptance;
        Task? lessWaits = null;
        lock (Gate)
        {
            acceptance = Accept(message, isVolatile: false, unflushed: null);
            if (acceptance == Acceptance.Accepted && WaitingBytes > _server.Settings.LowWaterMark)
            {
                lessWaits = (_lessWaits ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }

        Finish(acceptance, message.Size);
        return lessWaits is null ? ValueTask.CompletedTask : new ValueTask(lessWaits);
    }

    /// <summary>Transports say, under the gate, that they have taken or sent some of what waited.</summary>
    public void OnTaken()
    {
        if (_lessWaits is { } waiting && (_state != SessionState.Open || WaitingBytes <= _server.Settings.LowWaterMark))
        {
            _lessWaits = null;
            waiting.SetResult();
        }
    }
}
