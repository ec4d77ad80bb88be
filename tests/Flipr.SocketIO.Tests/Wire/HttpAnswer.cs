using System.Text;
using System.Text.Json;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>An HTTP answer as it arrived.</summary>
public sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, List<string>> Headers, byte[] Bytes)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    /// <summary>The packets of a polling payload.</summary>
    public IReadOnlyList<string> Packets => Body.Split('\x1e');

    public string? Header(string name) => Headers.TryGetValue(name, out List<string>? values) ? string.Join(", ", values) : null;

    public static async Task<HttpAnswer> FromAsync(HttpResponseMessage response)
    {
        var headers = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, IEnumerable<string> values) in response.Headers.NonValidated.Select(h => (h.Key, h.Value.AsEnumerable()))
            .Concat(response.Content.Headers.NonValidated.Select(h => (h.Key, h.Value.AsEnumerable()))))
        {
            headers[name] = [.. values];
        }

        return new((int)response.StatusCode, headers, await response.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Fails unless this is the error answer that the protocol has for this code.</summary>
    public void ShouldBeError(int status, int code, string message)
    {
        Assert.Equal((status, "application/json"), (Status, Header("Content-Type")?.Split(';')[0]));
        using var json = JsonDocument.Parse(Bytes);
        Assert.Equal(["code", "message"], json.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal((code, message), (json.RootElement.GetProperty("code").GetInt32(), json.RootElement.GetProperty("message").GetString()));
    }

    /// <summary>Fails unless this is a polling payload of exactly these packets.</summary>
    public void ShouldBePackets(params string[] packets)
    {
        Assert.Equal((200, string.Join('|', packets)), (Status, string.Join('|', Packets)));
        Assert.Equal("text/plain; charset=UTF-8", Header("Content-Type"), ignoreCase: true);
    }

    /// <summary>Fails unless this is the answer to a POST that was taken in.</summary>
    public void ShouldBeOk() => Assert.Equal((200, "ok"), (Status, Body));
}
