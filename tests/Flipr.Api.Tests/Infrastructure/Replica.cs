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

    /// <summary>The version of each listing.</summary>
    public Dictionary<string, int> Listings { get; } = [];

    /// <summary>Every change as it was taken.</summary>
    public List<string> Taken { get; } = [];

    /// <summary>Connects (again) and catches up; from the beginning when it knows nothing.</summary>
    public async Task ConnectAsync(Uri server)
    {
        await DisposeAsync();
        _client = await SocketIOTestClient.ConnectAsync(server);
        var waiting = new List<JsonElement>();
        while (true)
        {
            JsonElement received = await _client.NextAsync(null);
            if (received[0].GetString() == "connection_status")
            {
                break;
            }

            waiting.Add(received);
        }

        bool more = true;
        while (more)
        {
            JsonElement answer = await _client.AskAsync("catch_up", $$"""{"since":{{(_last is null ? "null" : $"\"{_last}\"")}},"limit":7}""");
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            foreach (JsonElement change in answer.GetProperty("changes").EnumerateArray())
            {
                Take(change.GetProperty("type").GetString()!, change.TryGetProperty("property", out JsonElement listing) ? listing : change);
            }

            _last = answer.GetProperty("next").GetString();
            more = answer.GetProperty("more").GetBoolean();
        }

        waiting.ForEach(TakeEvent);
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

    private void TakeEvent(JsonElement received) => Take(
        received[0].GetString() switch { "new_property" => "new", "property_updated" => "updated", _ => "deleted" }, received[1]);

    private void Take(string type, JsonElement listing)
    {
        string cursor = listing.GetProperty("cursor").GetString()!;
        string id = listing.GetProperty("id").GetString()!;
        if (!_seen.Add(cursor))
        {
            return;
        }

        _last = cursor;
        if (type == "deleted")
        {
            Assert.True(Listings.Remove(id), $"{id} was deleted, and unknown");
            Taken.Add($"{cursor} deleted {id}");
        }
        else
        {
            Assert.Equal(type == "updated", Listings.ContainsKey(id));
            Listings[id] = listing.GetProperty("n").GetInt32();
            Taken.Add($"{cursor} {type} {id} {Listings[id]}");
        }
    }
}
