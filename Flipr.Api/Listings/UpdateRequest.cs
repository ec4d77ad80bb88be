using System.Globalization;
using System.Security.Cryptography;
using Flipr.Api.Security;

namespace Flipr.Api.Listings;

/// <summary>
/// By what an update is known when it is sent again: a collector that got no answer cannot know whether it was stored.
/// </summary>
/// <param name="Key">What it is remembered under.</param>
/// <param name="BodyHash">SHA-256 of the body, in hexadecimal digits.</param>
/// <param name="Kept">For how long.</param>
internal sealed record UpdateRequest(string Key, string BodyHash, TimeSpan Kept)
{
    public const string Header = "Idempotency-Key";

    /// <summary>The longest key that is taken, in characters.</summary>
    public const int MaxKeyLength = 255;

    private static readonly TimeSpan KeptByKey = TimeSpan.FromDays(1);
    private static readonly TimeSpan KeptByBody = TimeSpan.FromMinutes(10);

    /// <summary>Whether nothing but the body tells it from others: then it means one listing, and means nothing any more when that is deleted.</summary>
    public bool IsKnownByBody => Kept == KeptByBody;

    /// <summary>
    /// What a request is known by: its <c>Idempotency-Key</c>, or, when no id tells which listing it means, its body. Null when it need not be known:
    /// sent again it stores the same under the same id.
    /// </summary>
    /// <exception cref="InvalidInputException">The header is no key.</exception>
    public static UpdateRequest? Read(HttpRequest request, ReadOnlySpan<byte> body, Listing listing, ChangeSender sender)
    {
        string? key = ReadKey(request);
        if (key is null && listing.HasOwnId)
        {
            return null;
        }

        // Who has the API key is not answered with what anybody else has sent, nor the other way round.
        string scope = sender == ChangeSender.Keyed ? "keyed" : "open";
        string hash = Convert.ToHexStringLower(SHA256.HashData(body));
        return key is null
            ? new UpdateRequest($"{scope} body {hash}", hash, KeptByBody)
            : new UpdateRequest($"{scope} key {key}", hash, KeptByKey);
    }

    private static string? ReadKey(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
        {
            return null;
        }

        return values is [{ Length: > 0 and <= MaxKeyLength } key] && !key.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? key
            : throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture, $"{Header} is no key. Send one header of 1 to {MaxKeyLength} printable ASCII characters, a UUID for instance, or none."));
    }
}
