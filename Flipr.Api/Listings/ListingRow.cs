using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Flipr.Api.Changes;

namespace Flipr.Api.Listings;

/// <summary>
/// A row of the table. Rows that this backend wrote hold the whole answer in <c>property_data</c>; those of the old backend may lack fields
/// there, or all of it, and get them from their columns.
/// </summary>
internal sealed record ListingRow
{
    public required string Id { get; init; }

    /// <summary>The place of the listing's last change in the log; every answer shows it as <c>cursor</c>.</summary>
    public required Cursor Cursor { get; init; }

    /// <summary>The stored JSON, if any.</summary>
    public string? Data { get; init; }

    public string? Address { get; init; }

    public double? Latitude { get; init; }

    public double? Longitude { get; init; }

    public double? Price { get; init; }

    public double? Bedrooms { get; init; }

    public double? Bathrooms { get; init; }

    public double? Intensity { get; init; }

    public string? DealRating { get; init; }

    public string? AiEvaluationReasoning { get; init; }

    public double? Timestamp { get; init; }

    /// <summary>The listing as every answer shows it.</summary>
    public ListingJson ToJson()
    {
        byte[]? utf8 = Data is null ? null : Encoding.UTF8.GetBytes(Data);
        return utf8 is null || !IsWhole(utf8, out bool isServable) ? Write(utf8, isWhole: false)
            : isServable ? WithCursor(utf8)
            : Write(utf8, isWhole: true);
    }

    /// <summary>Whether the JSON has every field that an answer cannot do without.</summary>
    /// <param name="utf8">The stored JSON.</param>
    /// <param name="isServable">Whether those fields are such as answers show them, too: the address is text, and no text is too long.</param>
    private bool IsWhole(byte[] utf8, out bool isServable)
    {
        int found = 0;
        bool hasAddress = false, isLong = false;
        isServable = false;
        var reader = new Utf8JsonReader(utf8);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8), isAddress = reader.ValueTextEquals("address"u8);
                if (reader.ValueTextEquals("cursor"u8))
                {
                    return false; // Somebody else's: ours takes its place.
                }

                bool isRating = reader.ValueTextEquals("deal_rating"u8), isReasoning = reader.ValueTextEquals("ai_evaluation_reasoning"u8);
                bool isDefaulted = isRating || isReasoning || reader.ValueTextEquals("timestamp"u8) || reader.ValueTextEquals("intensity"u8);
                reader.Read();
                JsonTokenType type = reader.TokenType;
                if (isId ? type == JsonTokenType.String && reader.ValueTextEquals(Id) : isDefaulted && type != JsonTokenType.Null)
                {
                    found++;
                }

                hasAddress |= isAddress;
                long start = reader.TokenStartIndex;
                reader.Skip();
                // A text has no more characters than bytes.
                isLong |= (isAddress && type != JsonTokenType.String)
                    || ((isAddress || isRating || isReasoning)
                        && reader.BytesConsumed - start > (isAddress ? TextLimits.Address : isRating ? TextLimits.DealRating : TextLimits.AiEvaluationReasoning));
            }

            isServable = hasAddress && !isLong;
            return found == 5 && !reader.Read(); // What follows the object makes it no JSON, which the reader says then.
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // The old backend's Python could write NaN, which is not JSON, and half a surrogate pair, which is no text.
        }
    }

    /// <summary>Puts the cursor behind the last field; an object that is whole has one.</summary>
    private ListingJson WithCursor(byte[] utf8)
    {
        int end = Array.LastIndexOf(utf8, (byte)'}');
        byte[] cursor = Encoding.UTF8.GetBytes($",\"cursor\":\"{Cursor}\"}}");
        return new ListingJson((byte[])[.. utf8.AsSpan(0, end), .. cursor]);
    }

    /// <summary>Writes the listing anew.</summary>
    /// <param name="utf8">The stored JSON.</param>
    /// <param name="isWhole">Whether it lacks nothing. Else the columns complete it, and its nulls count as absent.</param>
    private ListingJson Write(byte[]? utf8, bool isWhole)
    {
        using JsonDocument? document = ParseObject(utf8);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, ListingText.WriterOptions))
        {
            var present = new HashSet<string>(StringComparer.Ordinal) { "cursor" };
            writer.WriteStartObject();
            if (!isWhole)
            {
                present.Add("id");
                writer.WriteString("id", Id);
            }

            foreach (JsonProperty property in document?.RootElement.EnumerateObject().ToArray() ?? [])
            {
                if ((isWhole || property.Value.ValueKind != JsonValueKind.Null) && NameOf(property) is { } name && present.Add(name))
                {
                    Write(writer, name, property.Value, present);
                }
            }

            if (!isWhole)
            {
                Number("lat", Latitude);
                Number("lng", Longitude);
                Number("latitude", Latitude);
                Number("longitude", Longitude);
                Number("price", Price);
                Number("bedrooms", Bedrooms);
                Number("bathrooms", Bathrooms);
                Number("intensity", Intensity ?? 0);
                Number("timestamp", Timestamp);
                Text("deal_rating", DealRating ?? "Unknown", TextLimits.DealRating);
                Text("ai_evaluation_reasoning", AiEvaluationReasoning ?? "", TextLimits.AiEvaluationReasoning);
            }

            Text("address", Address ?? "", TextLimits.Address);
            writer.WriteString("cursor", Cursor.ToString());
            writer.WriteEndObject();

            void Number(string name, double? value)
            {
                if (value is { } number && double.IsFinite(number) && present.Add(name))
                {
                    writer.WriteNumber(name, number);
                }
            }

            void Text(string name, string value, int limit)
            {
                if (present.Add(name))
                {
                    writer.WriteString(name, TextLimits.Cut(value, limit));
                }
            }
        }

        return new ListingJson(buffer.WrittenMemory);
    }

    private void Write(Utf8JsonWriter writer, string name, JsonElement value, HashSet<string> present)
    {
        switch (name)
        {
            case "address" when value.ValueKind != JsonValueKind.String:
                writer.WriteString(name, TextLimits.Cut(Decoded(value, ListingAddress.TextOf) is { Length: > 0 } line ? line : Address ?? "", TextLimits.Address));
                if (value.ValueKind == JsonValueKind.Object && present.Add(ListingAddress.PartsField))
                {
                    Raw(ListingAddress.PartsField);
                }

                break;
            case "address":
                Bounded(TextLimits.Address);
                break;
            case "deal_rating":
                Bounded(TextLimits.DealRating);
                break;
            case "ai_evaluation_reasoning":
                Bounded(TextLimits.AiEvaluationReasoning);
                break;
            default:
                Raw(name);
                break;
        }

        void Bounded(int limit)
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
            string? text = raw.Length <= limit ? null
                : (value.ValueKind == JsonValueKind.String ? Decoded(value, static text => text.GetString()!) : null) ?? Encoding.UTF8.GetString(raw);
            if (text is null || text.Length <= limit)
            {
                Raw(name);
            }
            else
            {
                writer.WriteString(name, TextLimits.Cut(text, limit));
            }
        }

        // As it is spelled: what SQLite holds may be half a surrogate pair, which could not be written anew.
        void Raw(string field)
        {
            writer.WritePropertyName(field);
            writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
        }
    }

    /// <summary>The value as text; null when half a surrogate pair makes it none.</summary>
    private static string? Decoded(JsonElement value, Func<JsonElement, string> read)
    {
        try
        {
            return read(value);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The property's name; null when half a surrogate pair makes it none.</summary>
    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonDocument? ParseObject(byte[]? utf8)
    {
        if (utf8 is null)
        {
            return null;
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
