using System.Security.Cryptography;
using System.Text;

namespace Flipr.Api.Security;

/// <summary>The key that changes need, where one is set.</summary>
internal sealed class ApiKey(FliprSettings settings)
{
    private readonly byte[]? _hash = settings.ApiKey is { } key ? Hash(key) : null;

    /// <summary>Whether a key is set at all.</summary>
    public bool IsSet => _hash is not null;

    /// <summary>What a request presents, in <c>Authorization: Bearer</c> or <c>X-Api-Key</c>.</summary>
    public PresentedKey Check(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        string authorization = request.Headers.Authorization.ToString();
        string presented = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : request.Headers["X-Api-Key"].ToString();
        return presented.Length == 0 ? PresentedKey.None
            // Hashes are of one length: the comparison takes the same time whatever was sent.
            : _hash is not null && CryptographicOperations.FixedTimeEquals(Hash(presented), _hash) ? PresentedKey.Right
            : PresentedKey.Wrong;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
