using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Flipr.Api.Listings;

/// <summary>Checks and copies posted JSON values.</summary>
internal static class ListingText
{
    /// <summary>How listings are written.</summary>
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        // The answers are application/json, never HTML: text stays readable instead of being escaped.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Throws when a string or number anywhere in the value is one that the databases cannot keep.</summary>
    /// <param name="value">The value.</param>
    /// <param name="field">The top-level field it stands in, for the message.</param>
    /// <exception cref="InvalidInputException">NUL, half a surrogate pair, or a number outside a double's range.</exception>
    public static void Check(JsonElement value, string field)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Name(property, field);
                    Check(property.Value, field);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Check(item, field);
                }

                break;
            case JsonValueKind.String when MayHideControl(JsonMarshal.GetRawUtf8Value(value)):
                Decode(value, static text => text.GetString()!, field);
                break;
            case JsonValueKind.Number when !ListingNumber.Fits(JsonMarshal.GetRawUtf8Value(value)):
                throw new InvalidInputException($"A number in {field} does not fit. Send one within the range of a double, or a string.");
            default:
                break;
        }
    }

    /// <summary>The property's name, checked like any text.</summary>
    /// <param name="property">The property.</param>
    /// <param name="inField">The top-level field it stands in; null for a top-level field itself.</param>
    public static string Name(JsonProperty property, string? inField) =>
        MayHideControl(JsonMarshal.GetRawUtf8PropertyName(property))
            ? Decode(property, static named => named.Name, inField is null ? "A field's name" : $"A name in {inField}")
            : property.Name;

    /// <summary>A checked value as JSON text, as <see cref="Copy"/> writes it.</summary>
    public static string Compact(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Copy(value, writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Copies a checked value: without white space, of repeated keys the last, and every number and string as it was spelled.</summary>
    public static void Copy(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                Dictionary<string, JsonElement>? last = LastOfRepeated(value);
                if (last is null)
                {
                    foreach (JsonProperty property in value.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        Copy(property.Value, writer);
                    }
                }
                else
                {
                    foreach ((string name, JsonElement member) in last)
                    {
                        writer.WritePropertyName(name);
                        Copy(member, writer);
                    }
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Copy(item, writer);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
                break;
        }
    }

    /// <summary>Null when no key repeats, which is nearly always.</summary>
    private static Dictionary<string, JsonElement>? LastOfRepeated(JsonElement value)
    {
        int count = value.GetPropertyCount();
        if (count < 2)
        {
            return null;
        }

        var members = new Dictionary<string, JsonElement>(count, StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            members[property.Name] = property.Value;
        }

        return members.Count == count ? null : members;
    }

    /// <summary>Only an escape can bring a NUL or half a surrogate pair into valid UTF-8 JSON.</summary>
    private static bool MayHideControl(ReadOnlySpan<byte> raw) => raw.IndexOf("\\u"u8) >= 0;

    private static string Decode<T>(T source, Func<T, string> read, string field)
    {
        string text;
        try
        {
            text = read(source);
        }
        catch (InvalidOperationException)
        {
            throw new InvalidInputException($"{field} holds half a surrogate pair. Send whole characters.");
        }

        return text.Contains('\0')
            ? throw new InvalidInputException($"{field} holds a NUL character. Send the text without it.")
            : text;
    }
}
