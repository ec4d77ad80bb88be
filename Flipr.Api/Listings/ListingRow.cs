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
        return utf8 is not null && IsComplete(utf8) ? WithCursor(utf8) : Complete(utf8);
    }

    private bool IsComplete(byte[] utf8)
    {
        int found = 0;
        var reader = new Utf8JsonReader(utf8);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isId = reader.ValueTextEquals("id"u8);
                if (reader.ValueTextEquals("cursor"u8))
                {
                    return false; // Somebody else's: ours takes its place.
                }

                bool isDefaulted = reader.ValueTextEquals("timestamp"u8) || reader.ValueTextEquals("intensity"u8)
                    || reader.ValueTextEquals("deal_rating"u8) || reader.ValueTextEquals("ai_evaluation_reasoning"u8);
                reader.Read();
                if (isId ? reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(Id) : isDefaulted && reader.TokenType != JsonTokenType.Null)
                {
                    found++;
                }

                reader.Skip();
            }

            return found == 5 && !reader.Read(); // What follows the object makes it no JSON, which the reader says then.
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // The old backend's Python could write NaN, which is not JSON, and half a surrogate pair, which is no text.
        }
    }

    /// <summary>Puts the cursor behind the last field; an object that is complete has one.</summary>
    private ListingJson WithCursor(byte[] utf8)
    {
        int end = Array.LastIndexOf(utf8, (byte)'}');
        byte[] cursor = Encoding.UTF8.GetBytes($",\"cursor\":\"{Cursor}\"}}");
        return new ListingJson((byte[])[.. utf8.AsSpan(0, end), .. cursor]);
    }

    private ListingJson Complete(byte[]? utf8)
    {
        using JsonDocument? document = ParseObject(utf8);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            var present = new HashSet<string>(StringComparer.Ordinal) { "id", "cursor" };
            writer.WriteStartObject();
            writer.WriteString("id", Id);
            foreach (JsonProperty property in document?.RootElement.EnumerateObject().ToArray() ?? [])
            {
                if (property.Value.ValueKind != JsonValueKind.Null && NameOf(property) is { } name && present.Add(name))
                {
                    writer.WritePropertyName(name);
                    // As it is spelled: what SQLite holds may be half a surrogate pair, which could not be written anew.
                    writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(property.Value), skipInputValidation: true);
                }
            }

            Number("lat", Latitude);
            Number("lng", Longitude);
            Number("latitude", Latitude);
            Number("longitude", Longitude);
            Number("price", Price);
            Number("bedrooms", Bedrooms);
            Number("bathrooms", Bathrooms);
            Number("intensity", Intensity ?? 0);
            Number("timestamp", Timestamp);
            Text("address", Address);
            Text("deal_rating", DealRating ?? "Unknown");
            Text("ai_evaluation_reasoning", AiEvaluationReasoning ?? "");
            writer.WriteString("cursor", Cursor.ToString());
            writer.WriteEndObject();

            void Number(string name, double? value)
            {
                if (value is { } number && double.IsFinite(number) && present.Add(name))
                {
                    writer.WriteNumber(name, number);
                }
            }

            void Text(string name, string? value)
            {
                if (value is not null && present.Add(name))
                {
                    writer.WriteString(name, value);
                }
            }
        }

        return new ListingJson(buffer.WrittenMemory);
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
