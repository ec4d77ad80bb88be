using Microsoft.AspNetCore.Http.Features;

namespace Flipr.Api.Listings;

/// <summary>Reads a listing's id from a path.</summary>
internal static class ListingId
{
    private const string Prefix = "/properties/";

    /// <summary>The id after <c>/properties/</c>; null when it cannot be one.</summary>
    public static string? Read(HttpContext context, string? routeValue)
    {
        // The decoded path cannot tell an id's own %2F from an encoded slash: the raw one can.
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string? id = raw.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? Uri.UnescapeDataString(raw.AsSpan(Prefix.Length)[..LengthOfPath(raw)])
            : routeValue;
        return string.IsNullOrEmpty(id) || id.Contains('\0', StringComparison.Ordinal) ? null : id;
    }

    private static int LengthOfPath(string raw)
    {
        int query = raw.IndexOf('?', StringComparison.Ordinal);
        return (query < 0 ? raw.Length : query) - Prefix.Length;
    }
}
