using System.Text.Json;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>Asks with <c>catch_up</c> until nothing is left.</summary>
internal static class CatchUpClient
{
    /// <summary>Every change behind the cursor (null: from the beginning), each as its type and the test's own <c>n</c> or id.</summary>
    public static async Task<(string[] Changes, string Next)> CatchUpAsync(this SocketIOTestClient client, string? since, int limit = 1000, string? bbox = null)
    {
        var changes = new List<string>();
        while (true)
        {
            JsonElement answer = await client.AskAsync("catch_up", $$"""{"since":{{(since is null ? "null" : $"\"{since}\"")}},"limit":{{limit}},"bbox":{{bbox ?? "null"}}}""");
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            JsonElement[] some = [.. answer.GetProperty("changes").EnumerateArray()];
            Assert.InRange(some.Length, 0, limit);
            changes.AddRange(some.Select(Describe));
            since = answer.GetProperty("next").GetString()!;
            if (!answer.GetProperty("more").GetBoolean())
            {
                return ([.. changes], since);
            }
        }
    }

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
