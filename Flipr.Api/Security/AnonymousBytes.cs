namespace Flipr.Api.Security;

/// <summary>
/// How much was stored without the key today, by client and in total, in this process. The day is that of UTC. Memory is bounded: the day's clients beyond
/// <see cref="MaxClients"/> are counted as one.
/// </summary>
internal sealed class AnonymousBytes(FliprSettings settings, TimeProvider time)
{
    /// <summary>What a change costs the database whatever it brings: its row, the indexes' and the log's entries.</summary>
    private const int Overhead = 1_000;

    /// <summary>PostgreSQL keeps a listing as JSON and as the text that was posted.</summary>
    private const int Copies = 2;

    /// <summary>How many clients are told apart.</summary>
    public const int MaxClients = 50_000;

    private const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _byClient = new(StringComparer.Ordinal);
    private long _total;
    private DateOnly _day;

    /// <summary>What storing a body of so many bytes costs.</summary>
    public static long CostOf(long bodyLength) => Overhead + (Copies * bodyLength);

    /// <summary>How long it takes until the day is over.</summary>
    public TimeSpan UntilTomorrow => time.GetUtcNow().UtcDateTime is var now ? now.Date.AddDays(1) - now : default;

    /// <summary>How many clients are told apart at present.</summary>
    public int ClientCount
    {
        get
        {
            lock (_lock)
            {
                return _byClient.Count;
            }
        }
    }

    /// <summary>Takes bytes from what is left of the day.</summary>
    /// <returns>The limit that is in the way; null when they are taken.</returns>
    public UpdateLimit? TryTake(string client, long bytes)
    {
        lock (_lock)
        {
            StartDay();
            string counted = Counted(client);
            long used = _byClient.GetValueOrDefault(counted);
            if (settings.MaxAnonymousBytesPerDay is > 0 and var most && used + bytes > most)
            {
                return UpdateLimit.ClientBytes;
            }

            if (settings.MaxAnonymousBytesPerDayInTotal is > 0 and var mostInTotal && _total + bytes > mostInTotal)
            {
                return UpdateLimit.TotalBytes;
            }

            _byClient[counted] = used + bytes;
            _total += bytes;
            return null;
        }
    }

    /// <summary>Gives back what was taken and not needed after all.</summary>
    public void GiveBack(string client, long bytes)
    {
        lock (_lock)
        {
            StartDay();
            string counted = Counted(client);
            long used = Math.Min(_byClient.GetValueOrDefault(counted), bytes); // Nothing, if it was taken yesterday.
            _total -= used;
            if (_byClient.TryGetValue(counted, out long now) && now > used)
            {
                _byClient[counted] = now - used;
            }
            else
            {
                _byClient.Remove(counted);
            }
        }
    }

    private string Counted(string client) => _byClient.Count < MaxClients || _byClient.ContainsKey(client) ? client : Others;

    private void StartDay()
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (today != _day)
        {
            _byClient.Clear();
            _total = 0;
            _day = today;
        }
    }
}
