using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and a key of this process.</summary>
internal static class TestToken
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static string Create(string user, DateTimeOffset expires)
    {
        string content = $"{Encode("""{"alg":"HS256","typ":"JWT"}""")}.{Encode(JsonSerializer.Serialize(new { sub = user, exp = expires.ToUnixTimeSeconds() }))}";
        return $"{content}.{Sign(content)}";
    }

    /// <summary>The user; <see langword="null"/> if the token is none of these, or has expired.</summary>
    public static string? Read(string token, DateTimeOffset now)
    {
        int dot = token.LastIndexOf('.');
        if (dot < 0 || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(token[..dot])), Encoding.UTF8.GetBytes(token[(dot + 1)..])))
        {
            return null;
        }

        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        return payload.RootElement.GetProperty("exp").GetInt64() > now.ToUnixTimeSeconds() ? payload.RootElement.GetProperty("sub").GetString() : null;
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private static string Sign(string content) => Base64Url.EncodeToString(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(content)));
}
