namespace Flipr.SocketIO;

/// <summary>Collects the answers to one broadcast. A recipient that fails to answer does not cost the others' answers.</summary>
internal sealed class BroadcastAnswers<T>
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<T[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<T> _answers = [];
    private readonly int _expected;
    private int _open;

    public BroadcastAnswers(int expected)
    {
        _expected = _open = expected;
        if (expected == 0)
        {
            _completion.SetResult([]);
        }
    }

    public Task<T[]> Task => _completion.Task;

    /// <summary>Creates what one recipient owes.</summary>
    public PendingAck CreateAck(long deadline)
    {
        var ack = new PendingAck<T> { Deadline = deadline };
        _ = CollectAsync(ack.Answer);
        return ack;
    }

    private async Task CollectAsync(Task<T> answer)
    {
        // Whatever keeps a recipient from answering (it left, was slow, sent something else) makes its answer missing.
        await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (answer.IsCompletedSuccessfully)
            {
                _answers.Add(answer.Result);
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
            _completion.SetException(new AckTimeoutException<T>([.. _answers], _expected));
        }
    }
}
