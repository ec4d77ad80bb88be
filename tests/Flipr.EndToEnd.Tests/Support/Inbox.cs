using System.Text.Json;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The events that a client received, to be waited for.</summary>
/// <param name="owner">Whose, for the failure message.</param>
internal sealed class Inbox(string owner)
{
    private readonly List<(string Name, JsonElement Argument)> _events = [];
    private TaskCompletionSource _changed = NewSignal();

    public void Add(string eventName, JsonElement argument)
    {
        TaskCompletionSource changed;
        lock (_events)
        {
            _events.Add((eventName, argument));
            (changed, _changed) = (_changed, NewSignal());
        }

        changed.SetResult();
    }

    /// <summary>How often an event has come so far.</summary>
    public int Count(string eventName)
    {
        lock (_events)
        {
            return _events.Count(received => received.Name == eventName);
        }
    }

    public void Clear()
    {
        lock (_events)
        {
            _events.Clear();
        }
    }

    public async Task<JsonElement> WaitForAsync(string eventName, Func<JsonElement, bool>? matches = null)
    {
        for (; ; )
        {
            Task changed;
            lock (_events)
            {
                foreach ((string name, JsonElement argument) in _events)
                {
                    if (name == eventName && (matches is null || matches(argument)))
                    {
                        return argument;
                    }
                }

                changed = _changed.Task;
            }

            await changed.Within(() => $"the event '{eventName}' of {owner}. It received:\n{Describe()}");
        }
    }

    /// <summary>The events, one a line, for a failure message.</summary>
    public string Describe()
    {
        lock (_events)
        {
            return string.Join('\n', _events.Select(received => $"{received.Name} {(received.Argument.ValueKind == JsonValueKind.Undefined ? "" : received.Argument.GetRawText())}"));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
