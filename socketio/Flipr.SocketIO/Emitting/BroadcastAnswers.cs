using Flipr.SocketIO.Diagnostics;

namespace Flipr.SocketIO;

/// <summary>Collects the answers to one broadcast. A recipient that fails to answer does not cost the others' answers.</summary>
internal sealed class BroadcastAnswers<T>(SocketIOLog log, string eventName) : AnswerCollector
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<T[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<T> _answers = [];
    private int _expected;
    private int _missing;
    private int _misread;
    private bool _isComplete;
    private bool _allAreCounted;

    public Task<T[]> Task => _completion.Task;

    public override void Expect(int recipients)
    {
        lock (_lock)
        {
            _expected += recipients;
        }
    }

    public override void Add(string? socketId, params ReadOnlySpan<JsonData> answer)
    {
        T? value = default;
        Exception? misreading = null;
        try
        {
            value = typeof(T) == typeof(JsonData[]) ? (T)(object)answer.ToArray() : answer.IsEmpty ? default : answer[0].Deserialize<T>();
        }
        catch (Exception exception)
        {
            // Whatever the application's converters and types throw costs this answer alone.
            misreading = exception;
            log.BadAnswer(socketId ?? "of another server", LogText.Clean(eventName), typeof(T), LogText.Clean(exception.Message, maxLength: 300));
        }

        lock (_lock)
        {
            if (_isComplete)
            {
                return; // Late: it has been given up.
            }

            if (misreading is null)
            {
                _answers.Add(value!);
            }
            else
            {
                _misread++;
                _missing++;
            }
        }

        CompleteIfAllAreThere();
    }

    public override void Miss()
    {
        lock (_lock)
        {
            if (_isComplete)
            {
                return;
            }

            _missing++;
        }

        CompleteIfAllAreThere();
    }

    /// <summary>Nobody will be expected any more.</summary>
    public void Seal()
    {
        lock (_lock)
        {
            _allAreCounted = true;
        }

        CompleteIfAllAreThere();
    }

    /// <summary>The recipients could not be asked.</summary>
    public void Fail(Exception exception)
    {
        lock (_lock)
        {
            _isComplete = true;
        }

        _completion.TrySetException(exception);
    }

    private void CompleteIfAllAreThere()
    {
        lock (_lock)
        {
            if (_isComplete || !_allAreCounted || _answers.Count + _missing < _expected)
            {
                return;
            }

            _isComplete = true; // And nothing changes any more.
        }

        if (_missing == 0)
        {
            _completion.TrySetResult([.. _answers]);
        }
        else
        {
            _completion.TrySetException(new AckTimeoutException<T>([.. _answers], _misread, _expected));
        }
    }
}
