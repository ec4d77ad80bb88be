namespace Flipr.Api.Tests.Limits;

/// <summary>The API with the settings of <c>render.yaml</c>, and clients of it as Render's two proxies present them.</summary>
internal static class Shipped
{
    public const string Key = "correct horse";

    /// <summary>Starts it; SQLite stands in for the database.</summary>
    public static ApiHost Start(params IEnumerable<(string Name, string Value)> settings)
    {
        Dictionary<string, string> shipped = Blueprint.Read().Environment("", new Dictionary<string, string> { ["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none" });
        return ApiHost.InProduction([.. shipped.Select(setting => (setting.Key, setting.Value)), ("FLIPR_API_KEY", Key), .. settings]);
    }

    /// <summary>What the inner proxy's request says of a client.</summary>
    public static string ForwardedFor(string client) => $"{client}, 203.0.113.1";

    /// <summary>Posts as a client, with the key or without.</summary>
    public static Task<HttpResponseMessage> PostAsync(this ApiHost api, string client, byte[] body, string? key = null) =>
        api.PostAsync(body, [("X-Forwarded-For", ForwardedFor(client)), .. key is null ? Array.Empty<(string, string)>() : [("X-Api-Key", key)]]);

    /// <summary>A property of so many bytes.</summary>
    public static byte[] Listing(int n, int bytes)
    {
        string head = $$"""
            {"id":"{{n}}","notes":"
            """;
        return System.Text.Encoding.UTF8.GetBytes($"{head}{new string('x', bytes - head.Length - 2)}\"}}");
    }
}
