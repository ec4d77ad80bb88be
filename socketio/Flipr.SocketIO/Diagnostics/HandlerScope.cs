using System.Collections;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>What the log entries of a handler carry: whose event it is, and which.</summary>
internal sealed class HandlerScope(string socketId, string ns, string eventName) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => 3;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("socketio.sid", socketId),
        1 => new("socketio.namespace", ns),
        2 => new("socketio.event", eventName),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"socket {socketId} in {ns}: {eventName}";
}
