using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>Collects the answers to one broadcast. A recipient that fails to answer does not cost the others' answers.</summary>
internal sealed class BroadcastAnswers<T>
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<T[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<T> _answers = [];
    private readonly SocketIOLog _log;
    private readonly string _eventName;
    private readonly int _expected;
    private int _open;
    private int _misread;

    public BroadcastAnswers(SocketIOLog log, string eventName, int expected)
    {
        _log = log;
        _eventName = eventName;
        _expected = _open = expected;
        if (expected == 0)
        {
            _completion.SetResult([]);
        }
    }

    public Task<T[]> Task => _completion.Task;

    /// <summary>Creates what one recipient owes.</summary>
    public PendingAck CreateAck(string socketId, long deadline)
    {
        var ack = new PendingAck<T> { Deadline = deadline };
        _ = CollectAsync(ack, socketId);
        return ack;
    }

    private async Task CollectAsync(PendingAck<T> ack, string socketId)
    {
        // Whatever keeps a recipient from answering (it left, was slow, sent something else) makes its answer missing.
        Task<T> answer = ack.Answer;
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ack.IsMisread)
        {
            _log.BadAnswer(socketId, LogText.Clean(_eventName), typeof(T), LogText.Clean(answer.Exception!.InnerException!.Message, maxLength: 300));
        }

        lock (_lock)
        {
            if (answer.IsCompletedSuccessfully)
            {
                _answers.Add(answer.Result);
            }
            else if (ack.IsMisread)
            {
                _misread++;
            }

            if (--_open > 0)
            {
                return;
            }
        }

        if (_answers.Count == _expected)
        {
            _completion.SetResult([.. _answers]);
        }
        else
        {
            _completion.SetException(new AckTimeoutException<T>([.. _answers], _misread, _expected));
        }
    }
}
