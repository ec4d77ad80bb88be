using System.Text.Json;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>Asks with <c>catch_up</c> until nothing is left.</summary>
internal static class CatchUpClient
{
    /// <summary>Every change behind the cursor (null: from the beginning), each as its type and the test's own <c>n</c> or id.</summary>
    public static async Task<(string[] Changes, string Next)> CatchUpAsync(this SocketIOTestClient client, string? since, int limit = 1000, string? bbox = null, string? until = null)
    {
        (List<JsonElement> changes, string next) = await AskAsync(client, since, until, limit, bbox);
        return ([.. changes.Select(Describe)], next);
    }

    /// <summary>The cursors of the same.</summary>
    public static async Task<List<string>> CursorsOfCatchUpAsync(this SocketIOTestClient client, string? since, string? until, int limit)
    {
        (List<JsonElement> changes, _) = await AskAsync(client, since, until, limit, null);
        return [.. changes.Select(change => change.GetProperty("cursor").GetString()!)];
    }

    private static async Task<(List<JsonElement> Changes, string Next)> AskAsync(SocketIOTestClient client, string? since, string? until, int limit, string? bbox)
    {
        var changes = new List<JsonElement>();
        while (true)
        {
            JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":{{Quote(since)}},"until":{{Quote(until)}},"limit":{{limit}},"bbox":{{bbox ?? "null"}}}""");
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            JsonElement[] some = [.. answer.GetProperty("changes").EnumerateArray()];
            Assert.InRange(some.Length, 0, limit);
            changes.AddRange(some);
            since = answer.GetProperty("next").GetString()!;
            if (!answer.GetProperty("more").GetBoolean())
            {
                return (changes, since);
            }
        }
    }

    private static string Quote(string? cursor) => cursor is null ? "null" : $"\"{cursor}\"";

    private static string Describe(JsonElement change)
    {
        string type = change.GetProperty("type").GetString()!;
        if (type == "deleted")
        {
            Assert.False(change.TryGetProperty("property", out _));
            return $"{type} {change.GetProperty("id").GetString()}";
        }

        JsonElement property = change.GetProperty("property");
        Assert.Equal(change.GetProperty("cursor").GetString(), property.GetProperty("cursor").GetString());
        string n = property.TryGetProperty("n", out JsonElement value) ? $" {value.GetRawText()}" : "";
        return $"{type} {property.GetProperty("id").GetString()}{n}";
    }
}
