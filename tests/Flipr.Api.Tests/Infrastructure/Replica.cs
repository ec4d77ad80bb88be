using System.Globalization;
using System.Text.Json;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>
/// A client that keeps every listing, by the way that docs/architecture.md recommends: it catches up after each connect, lets what is announced
/// meanwhile wait, and takes once what both bring.
/// </summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly HashSet<string> _seen = [];
    private SocketIOTestClient? _client;
    private string? _last;
    private long _loadedTo;

    /// <summary>The version of each listing.</summary>
    public Dictionary<string, int> Listings { get; } = [];

    /// <summary>Every change as it was taken.</summary>
    public List<string> Taken { get; } = [];

    /// <summary>Connects (again) and catches up. When it knows nothing, it first loads the listings as they are.</summary>
    public async Task ConnectAsync(Uri server)
    {
        await DisposeAsync();
        _client = await SocketIOTestClient.ConnectAsync(server);
        JsonElement status = await _client.NextAsync("connection_status");
        if (_last is null)
        {
            _loadedTo = Position(await CatchUpAsync(null, (_, listing) => Listings[Id(listing)] = listing.GetProperty("n").GetInt32()));
            _last = status.GetProperty("cursor").GetString();
        }

        _last = await CatchUpAsync(_last, Take);
    }

    /// <summary>Takes what is announced until it knows this change.</summary>
    public async Task KnowAsync(string cursor)
    {
        while (!_seen.Contains(cursor))
        {
            TakeEvent(await _client!.NextAsync(null));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }
    }

    private async Task<string> CatchUpAsync(string? since, Action<string, JsonElement> take)
    {
        while (true)
        {
            JsonElement answer = await _client!.AskAsync("catch_up", $$"""{"since":{{(since is null ? "null" : $"\"{since}\"")}},"limit":7}""");
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            foreach (JsonElement change in answer.GetProperty("changes").EnumerateArray())
            {
                take(change.GetProperty("type").GetString()!, change.TryGetProperty("property", out JsonElement listing) ? listing : change);
            }

            since = answer.GetProperty("next").GetString()!;
            if (!answer.GetProperty("more").GetBoolean())
            {
                return since;
            }
        }
    }

    private void TakeEvent(JsonElement received) => Take(
        received[0].GetString() switch { "new_property" => "new", "property_updated" => "updated", _ => "deleted" }, received[1]);

    private void Take(string type, JsonElement listing)
    {
        string cursor = listing.GetProperty("cursor").GetString()!;
        string id = Id(listing);
        if (!_seen.Add(cursor))
        {
            return;
        }

        _last = cursor;
        // What was loaded may be ahead of the changes that were made while it was being loaded.
        bool isAhead = Position(cursor) <= _loadedTo;
        if (type == "deleted")
        {
            Assert.True(Listings.Remove(id) || isAhead, $"{id} was deleted, and unknown");
            Taken.Add($"{cursor} deleted {id}");
        }
        else
        {
            Assert.True(isAhead || type == "updated" == Listings.ContainsKey(id), $"{id} was {type}");
            Listings[id] = listing.GetProperty("n").GetInt32();
            Taken.Add($"{cursor} {type} {id} {Listings[id]}");
        }
    }

    private static string Id(JsonElement listing) => listing.GetProperty("id").GetString()!;

    private static long Position(string cursor) => long.Parse(cursor.Split('-')[1], CultureInfo.InvariantCulture);
}
