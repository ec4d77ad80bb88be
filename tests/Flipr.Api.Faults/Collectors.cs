using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;

namespace Flipr.Api.Faults;

/// <summary>Posts listings as collectors do: several at once, each again until it is taken; some are updated, some deleted.</summary>
/// <param name="addresses">Where to, in turn.</param>
/// <param name="handler">Sends the requests; null for the usual one.</param>
internal sealed class Collectors(IReadOnlyList<Uri> addresses, SocketsHttpHandler? handler = null) : IDisposable
{
    private const int InFlight = 16;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(30);
    private static readonly TimeSpan BetweenListings = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(Shortlived(handler ?? new SocketsHttpHandler())) { Timeout = TimeSpan.FromSeconds(15) };
    private readonly ConcurrentQueue<LogEntry> _accepted = new();
    private int _next = -1;

    /// <summary>What was answered 200: which id, and which version of it (null: deleted). Cursor and type are not known.</summary>
    public IReadOnlyCollection<LogEntry> Accepted => _accepted;

    /// <summary>How many attempts were not answered 200.</summary>
    public int Refused { get; private set; }

    /// <summary>Posts so many changes.</summary>
    public Task RunAsync(int count) => Task.WhenAll(Enumerable.Range(0, InFlight).Select(async _ =>
    {
        for (int i = Interlocked.Increment(ref _next); i < count; i = Interlocked.Increment(ref _next))
        {
            await PostAsync(i);
        }
    }));

    /// <summary>Goes on posting, a few a second, until something else has ended.</summary>
    public async Task TrickleUntilAsync(Task end)
    {
        while (!end.IsCompleted)
        {
            await PostAsync(Interlocked.Increment(ref _next));
            await Task.WhenAny(end, Task.Delay(BetweenListings));
        }
    }

    /// <summary>Waits until so many are taken.</summary>
    public async Task WhenAsync(int accepted)
    {
        while (_accepted.Count < accepted)
        {
            await Task.Delay(1);
        }
    }

    public void Dispose() => _http.Dispose();

    private static SocketsHttpHandler Shortlived(SocketsHttpHandler handler)
    {
        handler.PooledConnectionLifetime = TimeSpan.FromSeconds(1);
        return handler;
    }

    private async Task PostAsync(int i)
    {
        // Every tenth is a new version of an earlier one, every thirtieth a delete.
        string id = i % 10 == 9 || i % 30 == 14 ? $"listing {i - 5}" : $"listing {i}";
        bool isDelete = i % 30 == 14;
        await UntilAcceptedAsync(i, id, isDelete);
        _accepted.Enqueue(new LogEntry("", "", id, isDelete ? null : i));
    }

    private async Task UntilAcceptedAsync(int n, string id, bool isDelete)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                var address = new Uri(addresses[n % addresses.Count], isDelete ? $"/properties/{Uri.EscapeDataString(id)}" : "/update");
                using HttpResponseMessage answer = isDelete
                    ? await _http.DeleteAsync(address, patience.Token)
                    : await _http.PostAsJsonAsync(address, new { id, n, latitude = 40 + (n % 100 / 10.0), longitude = -100, price = n, text = "Three rooms, a garden and a view." }, patience.Token);
                // A delete may find nothing: the listing has not come yet, or an attempt without an answer has deleted it.
                if (answer.IsSuccessStatusCode || (isDelete && answer.StatusCode == HttpStatusCode.NotFound))
                {
                    return;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !patience.IsCancellationRequested)
            {
                // The server is away.
            }

            Refused++;
            await Task.Delay(BetweenAttempts, patience.Token);
        }
    }
}
