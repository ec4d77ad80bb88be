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
    /// <param name="client">Who asks.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="taken">What was taken, to be given back.</param>
    /// <returns>The limit that is in the way; null when they are taken.</returns>
    public UpdateLimit? TryTake(string client, long bytes, out Taken taken)
    {
        taken = default;
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
            taken = new Taken(_day, counted);
            return null;
        }
    }

    /// <summary>Gives back some of what was taken and not needed after all: to whom it was taken from, and only on the same day.</summary>
    public void GiveBack(Taken taken, long bytes)
    {
        lock (_lock)
        {
            StartDay();
            if (taken.Day != _day || !_byClient.TryGetValue(taken.Counted, out long used))
            {
                return;
            }

            _total -= bytes;
            if (used > bytes)
            {
                _byClient[taken.Counted] = used - bytes;
            }
            else
            {
                _byClient.Remove(taken.Counted);
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

    /// <summary>Whose bytes were taken, and when.</summary>
    /// <param name="Day">The day they count for.</param>
    /// <param name="Counted">The client, or those beyond <see cref="MaxClients"/> together.</param>
    public readonly record struct Taken(DateOnly Day, string Counted);
}
