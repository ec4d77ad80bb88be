using System.Text.Json;

namespace Flipr.Api.Listings;

/// <summary>
/// An address as text, whatever was posted: pages ask every listing's for its text (<c>address.match(...)</c>), and collectors post objects, as their data providers send them.
/// </summary>
internal static class ListingAddress
{
    /// <summary>The field that keeps the posted object.</summary>
    public const string PartsField = "address_parts";

    /// <summary>The address in one line; empty when there is none.</summary>
    /// <exception cref="InvalidOperationException">It holds half a surrogate pair, which only what is not checked does.</exception>
    public static string TextOf(JsonElement address) => address.ValueKind switch
    {
        JsonValueKind.String => address.GetString()!,
        JsonValueKind.Object => LineOf(address),
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        _ => ListingText.Compact(address),
    };

    /// <summary>What the line was made of, for a message.</summary>
    public static string SourceOf(JsonElement address) =>
        address.ValueKind != JsonValueKind.Object ? "address"
        : Part(address, "oneLine") is null ? "address (its parts in one line)"
        : "address.oneLine";

    private static string LineOf(JsonElement parts)
    {
        if (Part(parts, "oneLine") is { } line)
        {
            return line;
        }

        string? locality = Part(parts, "locality", "city");
        string place = Join(", ", locality, Join(" ", Part(parts, "countrySubd", "state"), Part(parts, "postal1", "postalCode", "zip")));
        // A second line is usually the place ("SEATTLE, WA 98101"), and sometimes the flat.
        string? second = Part(parts, "line2");
        bool namesPlace = second is not null && (locality is null || second.Contains(locality, StringComparison.OrdinalIgnoreCase));
        return Join(", ", Part(parts, "line1", "street"), namesPlace ? second : Join(", ", second, place));
    }

    /// <summary>The first of the members that has text in it.</summary>
    private static string? Part(JsonElement parts, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            string? text = !parts.TryGetProperty(name, out JsonElement part) ? null
                : part.ValueKind == JsonValueKind.String ? part.GetString()
                : part.ValueKind == JsonValueKind.Number ? part.GetRawText()
                : null;
            if (!string.IsNullOrWhiteSpace(text))
            {
                return text;
            }
        }

        return null;
    }

    private static string Join(string separator, params ReadOnlySpan<string?> texts)
    {
        var some = new List<string>(texts.Length);
        foreach (string? text in texts)
        {
            if (!string.IsNullOrEmpty(text))
            {
                some.Add(text.Trim());
            }
        }

        return string.Join(separator, some);
    }
}
