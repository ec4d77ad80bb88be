using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>Checks the JSON of an EVENT or ACK packet as a whole, so that no half of a broken packet ever reaches a handler.</summary>
internal static class EventPayload
{
    private const string BrokenText = "the payload holds text that is not valid Unicode";

    /// <summary>
    /// Checks that <paramref name="json"/> is one array, complete, not too deep, its strings whole characters, with every attachment
    /// placeholder in range. One attachment may stand in several places, but each may be read into a copy of its own, or become an attachment
    /// of its own when it is passed on: so there may be as many placeholders as attachments are allowed.
    /// </summary>
    /// <param name="json">The packet's JSON.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <param name="attachments">How many attachments the packet has.</param>
    /// <param name="maxPlaceholders">How many placeholders it may have.</param>
    /// <param name="isEvent">Whether the first element must be an event name.</param>
    /// <returns>What is wrong, for the log; <see langword="null"/> if nothing is.</returns>
    public static string? Validate(ReadOnlySpan<byte> json, int maxDepth, int attachments, int maxPlaceholders, bool isEvent)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return "the payload is not a JSON array";
            }

            if (isEvent)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return "the first element of an event is not its name";
                }

                if (!JsonText.IsWellFormed(ref reader))
                {
                    return BrokenText;
                }

                if (ReservedEvents.Contains(ref reader))
                {
                    return $"the event name '{reader.GetString()}' is reserved";
                }
            }

            int placeholders = 0;
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    if (!JsonText.IsWellFormed(ref reader))
                    {
                        return BrokenText;
                    }
                }
                else if (attachments > 0 && reader.TokenType == JsonTokenType.StartObject && Placeholder.Read(reader) is { } number)
                {
                    if (number < 0 || number >= attachments)
                    {
                        return "an attachment placeholder is out of range";
                    }

                    if (++placeholders > maxPlaceholders)
                    {
                        return $"attachments stand in more than {maxPlaceholders} places (option MaxAttachments)";
                    }
                }
            }

            return null;
        }
        catch (JsonException)
        {
            return $"the payload is not valid JSON, or nests deeper than {maxDepth} (option MaxJsonDepth)";
        }
        catch (InvalidOperationException)
        {
            // A name within an object is compared before its own turn comes.
            return BrokenText;
        }
    }

    /// <summary>Reads the event's name from a payload that <see cref="Validate"/> accepted.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="buffer">Where the name goes if it fits; a longer one is allocated.</param>
    public static ReadOnlySpan<char> ReadName(ReadOnlySpan<byte> json, Span<char> buffer)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Read();
        return reader.ValueSpan.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)] : reader.GetString();
    }

    /// <summary>Places a reader on the first argument (or on the end of the array) of a payload that <see cref="Validate"/> accepted.</summary>
    public static Utf8JsonReader ReadArguments(ReadOnlySpan<byte> json, int maxDepth, bool isEvent)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        reader.Read();
        if (isEvent)
        {
            reader.Read();
        }

        reader.Read();
        return reader;
    }
}
