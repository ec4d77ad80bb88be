using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Flipr.Api.Listings;

/// <summary>Reads a posted property: checks it, gives the known fields their one form, and leaves every other value as it came.</summary>
internal static class ListingReader
{
    /// <summary>The longest id in bytes of UTF-8; PostgreSQL takes keys of up to about 2,700.</summary>
    public const int MaxIdBytes = 1_000;

    /// <summary>Reads one property.</summary>
    /// <param name="utf8">The posted body.</param>
    /// <param name="now">The timestamp of a property that brings none.</param>
    /// <param name="latest">The latest timestamp that is taken; null for any.</param>
    /// <exception cref="InvalidInputException">The body cannot be stored; the message names the field and the remedy.</exception>
    public static Listing Read(ReadOnlyMemory<byte> utf8, DateTimeOffset now, DateTimeOffset? latest = null)
    {
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            throw new InvalidInputException("The body is not UTF-8 text. Send the JSON object encoded as UTF-8.");
        }

        using JsonDocument document = Parse(utf8);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidInputException($"The body is a JSON {Name(document.RootElement.ValueKind)}. Send one property as a JSON object, {{...}}.");
        }

        return Normalise(ReadFields(document.RootElement), now, latest);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8);
        }
        catch (JsonException exception)
        {
            string where = exception.LineNumber is long line ? $" (line {line + 1}, byte {exception.BytePositionInLine + 1})" : "";
            throw new InvalidInputException($"The body is not JSON{where}. Send one property as a JSON object, nested at most 64 levels deep.");
        }
    }

    /// <summary>The object's fields in the order they first came; of a repeated one the last value.</summary>
    private static OrderedDictionary<string, JsonElement> ReadFields(JsonElement root)
    {
        var fields = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            string name = ListingText.Name(property, inField: null);
            ListingText.Check(property.Value, name);
            if (name != "cursor")
            {
                fields[name] = property.Value; // The cursor is the database's to give.
            }
        }

        return fields;
    }

    private static Listing Normalise(OrderedDictionary<string, JsonElement> fields, DateTimeOffset now, DateTimeOffset? latest)
    {
        // What is written in place of the posted value, or besides it: field to JSON text.
        var written = new OrderedDictionary<string, string>(StringComparer.Ordinal);

        string? ownId = ReadId(fields);
        string id = ownId ?? Guid.CreateVersion7().ToString();
        written["id"] = Quote(id);

        double? latitude = ReadCoordinate(fields, written, "lat", "latitude", 90);
        double? longitude = ReadCoordinate(fields, written, "lng", "longitude", 180);
        double? price = ReadDouble(fields, written, "price", Field(fields, "saleAmount"), "saleAmount");
        int? bedrooms = ReadInt32(fields, written, "bedrooms", Member(fields, "rooms", "beds"), "rooms.beds");
        double? bathrooms = ReadDouble(fields, written, "bathrooms", Member(fields, "rooms", "baths"), "rooms.baths");

        double intensity = ReadDouble(fields, written, "intensity", null, "") ?? 0;
        if (intensity is < 0 or > 1)
        {
            throw new InvalidInputException($"intensity is {written["intensity"]}, out of range. Send a number from 0.0 to 1.0, or leave it out.");
        }

        written.TryAdd("intensity", "0.0");
        int timestamp = ReadTimestamp(fields, now, latest) ?? (int)Math.Min(now.ToUnixTimeSeconds(), int.MaxValue);
        written["timestamp"] = timestamp.ToString(CultureInfo.InvariantCulture);

        return new Listing
        {
            Id = id,
            HasOwnId = ownId is not null,
            Address = ReadAddress(fields, written),
            Latitude = latitude,
            Longitude = longitude,
            Price = price,
            Bedrooms = bedrooms,
            Bathrooms = bathrooms,
            Intensity = intensity,
            DealRating = ReadText(fields, written, "deal_rating", "Unknown", TextLimits.DealRating),
            AiEvaluationReasoning = ReadText(fields, written, "ai_evaluation_reasoning", "", TextLimits.AiEvaluationReasoning),
            Timestamp = timestamp,
            Json = Write(fields, written),
        };
    }

    /// <summary>The id that the property brings; null when it brings none.</summary>
    private static string? ReadId(OrderedDictionary<string, JsonElement> fields)
    {
        JsonElement? posted = Field(fields, "id");
        if (posted is { ValueKind: not (JsonValueKind.String or JsonValueKind.Number) } other)
        {
            throw new InvalidInputException($"id is a JSON {Name(other.ValueKind)}. Send a string or a number, or leave it out.");
        }

        // A house collected again must get the id it had: so the identifier stands in before anything is made up.
        string? id = IdText(posted);
        string source = id is null ? "identifier" : "id";
        id ??= IdText(Field(fields, "identifier")) ?? IdText(Member(fields, "identifier", "attomId")) ?? IdText(Member(fields, "identifier", "Id"));
        if (id is "." or "..")
        {
            throw new InvalidInputException($"{source} is \"{id}\", and no path can name that: clients take it for a step in the path. Send another {source}.");
        }

        return id is null || Encoding.UTF8.GetByteCount(id) <= MaxIdBytes
            ? id
            : throw new InvalidInputException($"{source} is longer than {MaxIdBytes} bytes. Send a shorter {source}.");
    }

    /// <summary>An id from a string or a number; null when there is none in it.</summary>
    private static string? IdText(JsonElement? element)
    {
        string? text = element switch
        {
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { ValueKind: JsonValueKind.Number } value => value.GetRawText(),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(text) ? null : text;
    }

    /// <summary>A coordinate under its short name, which the frontend's map reads, or else its long one.</summary>
    private static double? ReadCoordinate(
        OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written, string shortName, string longName, double limit)
    {
        ListingNumber? fromLong = CheckedCoordinate(fields, longName, limit);
        ListingNumber? coordinate = CheckedCoordinate(fields, shortName, limit) ?? fromLong;
        if (fromLong is { } posted)
        {
            written[longName] = posted.Text;
        }

        if (coordinate is { } found)
        {
            written[shortName] = found.Text;
        }

        return coordinate?.Value;
    }

    private static ListingNumber? CheckedCoordinate(OrderedDictionary<string, JsonElement> fields, string name, double limit)
    {
        ListingNumber? number = Number(Field(fields, name), name);
        return number is not { } value || Math.Abs(value.Value) <= limit
            ? number
            : throw new InvalidInputException($"{name} is {value.Text}, out of range. Send degrees from -{limit} to {limit}, or leave it out.");
    }

    private static double? ReadDouble(
        OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written, string name, JsonElement? substitute, string substituteName)
    {
        ListingNumber? number = Number(Field(fields, name), name) ?? Number(substitute, substituteName);
        if (number is { } found)
        {
            written[name] = found.Text;
        }

        return number?.Value;
    }

    private static int? ReadInt32(
        OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written, string name, JsonElement? substitute, string substituteName)
    {
        ListingNumber? number = Number(Field(fields, name), name);
        string source = number is null ? substituteName : name;
        number ??= Number(substitute, substituteName);
        if (number is not { } found)
        {
            return null;
        }

        int whole = found.ToInt32()
            ?? throw new InvalidInputException($"{source} is {Shorten(found.Text)}, which does not fit. Send a whole number of at most {int.MaxValue}, or leave it out.");
        written[name] = whole.ToString(CultureInfo.InvariantCulture);
        return whole;
    }

    private static int? ReadTimestamp(OrderedDictionary<string, JsonElement> fields, DateTimeOffset now, DateTimeOffset? latest)
    {
        if (Field(fields, "timestamp") is not { } posted || IsBlank(posted))
        {
            return null;
        }

        int? seconds = ListingNumber.TryRead(posted, out ListingNumber? number)
            ? ListingTimestamp.FromNumber(number.Value.Value)
            : posted.ValueKind == JsonValueKind.String ? ListingTimestamp.FromIso8601(posted.GetString()!) : null;
        if (seconds is not { } moment)
        {
            throw new InvalidInputException(
                $"timestamp {Shown(posted)} cannot be read as a moment from 1901 to 2038. Send Unix seconds, Unix milliseconds or ISO 8601, or leave it out.");
        }

        return latest is not { } limit || moment <= limit.ToUnixTimeSeconds()
            ? moment
            : throw new InvalidInputException(
                $"timestamp {Shown(posted)} lies in the future: here it is {now.ToUnixTimeSeconds()} in Unix seconds. Send a moment that is past, or leave it out; with the API key any is taken.");
    }

    /// <summary>Writes the address as text, and what was posted as an object beside it.</summary>
    /// <returns>The text; null when there is none.</returns>
    private static string? ReadAddress(OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written)
    {
        JsonElement posted = Field(fields, "address") ?? default;
        string text = ListingAddress.TextOf(posted);
        if (text.Length > TextLimits.Address)
        {
            TextLimits.Check(ListingAddress.SourceOf(posted), text, TextLimits.Address);
        }

        if (posted.ValueKind != JsonValueKind.String)
        {
            written["address"] = Quote(text);
        }

        if (posted.ValueKind == JsonValueKind.Object)
        {
            written[ListingAddress.PartsField] = ListingText.Compact(posted);
        }

        return text.Length == 0 ? null : text;
    }

    private static string ReadText(
        OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written, string name, string absent, int limit)
    {
        switch (Field(fields, name))
        {
            case null:
                written[name] = Quote(absent);
                return absent;
            case { ValueKind: JsonValueKind.String } text:
                return TextLimits.Check(name, text.GetString()!, limit);
            case { } other:
                return TextLimits.Check(name, other.GetRawText(), limit);
        }
    }

    private static ListingNumber? Number(JsonElement? element, string name) =>
        element is not { } posted || IsBlank(posted) ? null
        : ListingNumber.TryRead(posted, out ListingNumber? number) ? number
        : throw new InvalidInputException($"{name} {Shown(posted)} cannot be read as a number. Send a JSON number, or leave it out.");

    /// <summary>Whether nothing is written where a number should be: how forms and spreadsheets send what they do not know.</summary>
    private static bool IsBlank(JsonElement element) => element.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(element.GetString());

    /// <summary>The field's value; null counts as absent.</summary>
    private static JsonElement? Field(OrderedDictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static JsonElement? Member(OrderedDictionary<string, JsonElement> fields, string name, string member) =>
        Field(fields, name) is { ValueKind: JsonValueKind.Object } container
        && container.TryGetProperty(member, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static ListingJson Write(OrderedDictionary<string, JsonElement> fields, OrderedDictionary<string, string> written)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, ListingText.WriterOptions))
        {
            writer.WriteStartObject();
            foreach ((string name, JsonElement value) in fields)
            {
                writer.WritePropertyName(name);
                if (written.Remove(name, out string? text))
                {
                    writer.WriteRawValue(text, skipInputValidation: true);
                }
                else
                {
                    ListingText.Copy(value, writer);
                }
            }

            foreach ((string name, string text) in written)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(text, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return new ListingJson(buffer.WrittenMemory);
    }

    private static string Quote(string text) =>
        $"\"{JsonEncodedText.Encode(text, ListingText.WriterOptions.Encoder)}\"";

    private static string Shown(JsonElement element) =>
        element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"(a JSON {Name(element.ValueKind)})" : Shorten(element.GetRawText());

    /// <summary>Enough of a value to recognise it in a message.</summary>
    private static string Shorten(string text) => text.Length <= 40 ? text : $"{text.AsSpan(0, 40)}...";

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
