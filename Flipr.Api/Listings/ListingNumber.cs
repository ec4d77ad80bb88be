using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Flipr.Api.Listings;

/// <summary>A number as it was posted: its value, and the JSON text it is stored with.</summary>
/// <param name="Value">The value; always finite.</param>
/// <param name="Text">A JSON number; the posted digits wherever they are one.</param>
internal readonly record struct ListingNumber(double Value, string Text)
{
    // Beyond a double's precision digits say nothing, and PostgreSQL's numeric takes no more than 16,383 after the point.
    private const int MaxLength = 1_000;

    /// <summary>Reads a JSON number, or a string that holds one ("450000", " 1.5 ", "1e3").</summary>
    public static bool TryRead(JsonElement element, [NotNullWhen(true)] out ListingNumber? number)
    {
        number = element.ValueKind switch
        {
            JsonValueKind.Number => ReadText(element.GetRawText(), isJson: true),
            JsonValueKind.String => ReadText(element.GetString()!.Trim(), isJson: false),
            _ => null,
        };
        return number is not null;
    }

    /// <summary>Whether the text of a JSON number stands for a finite double: no overflow, and no vanishing to zero.</summary>
    public static bool Fits(ReadOnlySpan<byte> json) =>
        json.Length <= MaxLength
        && double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        && double.IsFinite(value)
        && (value != 0 || IsZero(json));

    /// <summary>The number as a whole number of 32 bits, the size of its column; null when it is none (3 and 3.0 are, 3.5 is not).</summary>
    public int? ToInt32() => double.IsInteger(Value) && Value is >= int.MinValue and <= int.MaxValue ? (int)Value : null;

    private static ListingNumber? ReadText(string text, bool isJson)
    {
        Span<byte> utf8 = stackalloc byte[MaxLength];
        if (!Encoding.UTF8.TryGetBytes(text, utf8, out int length) || !Fits(utf8[..length]))
        {
            return null;
        }

        double value = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return new ListingNumber(value, isJson || IsJsonNumber(utf8[..length]) ? text : value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static bool IsZero(ReadOnlySpan<byte> text)
    {
        int exponent = text.IndexOfAny((byte)'e', (byte)'E');
        ReadOnlySpan<byte> digits = exponent < 0 ? text : text[..exponent];
        return !digits.ContainsAnyInRange((byte)'1', (byte)'9');
    }

    private static bool IsJsonNumber(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.BytesConsumed == text.Length;
        }
        catch (JsonException)
        {
            return false; // "+5", ".5" and "007" are numbers to their sender, not to JSON.
        }
    }
}
