namespace Flipr.SocketIO.EngineIO;

/// <summary>How many sessions each client has open. Who has none is not remembered.</summary>
internal sealed class ClientCounts
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts one more, unless there are as many as may be.</summary>
    public bool TryAdd(string client, int most)
    {
        lock (_counts)
        {
            int count = _counts.GetValueOrDefault(client);
            if (count >= most)
            {
                return false;
            }

            _counts[client] = count + 1;
            return true;
        }
    }

    /// <summary>Counts one less.</summary>
    public void Remove(string client)
    {
        lock (_counts)
        {
            if (_counts.TryGetValue(client, out int count) && count > 1)
            {
                _counts[client] = count - 1;
            }
            else
            {
                _counts.Remove(client);
            }
        }
    }
}
