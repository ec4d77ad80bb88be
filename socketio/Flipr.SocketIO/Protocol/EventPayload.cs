using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>Checks the JSON of an EVENT or ACK packet as a whole, so that no half of a broken packet ever reaches a handler.</summary>
internal static class EventPayload
{
    /// <summary>
    /// Checks that <paramref name="json"/> is one array, complete, not too deep, with every attachment placeholder in range. One attachment may stand in several places, but each may be read into a copy of its own, or become an attachment
    /// of its own when it is passed on: so there may be as many placeholders as attachments are allowed.
    /// </summary>
    /// <param name="json">The packet's JSON.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <param name="attachments">How many attachments the packet has.</param>
    /// <param name="maxPlaceholders">How many placeholders it may have.</param>
    /// <param name="isEvent">Whether the first element must be an event name.</param>
    /// <returns>What is wrong, for the log; <see langword="null"/> if nothing is.</returns>
    public static PacketDefect? Validate(ReadOnlySpan<byte> json, int maxDepth, int attachments, int maxPlaceholders, bool isEvent)
    {
        // One deeper than allowed: what is too deep is told from what is broken.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                return new PacketDefect("the payload is not a JSON array");
            }

            if (isEvent)
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                {
                    return new PacketDefect("the first element of an event is not its name");
                }

                if (ReservedEvents.Contains(ref reader))
                {
                    return new PacketDefect($"the event name '{reader.GetString()}' is reserved");
                }
            }

            return attachments == 0 ? JsonDepth.Check(ref reader, maxDepth) : CheckPlaceholders(json, maxDepth, attachments, maxPlaceholders);
        }
        catch (JsonException)
        {
            return new PacketDefect("the payload is not valid JSON");
        }
    }

    /// <summary>Reads the event's name from a payload that <see cref="Validate"/> accepted, repaired.</summary>
    /// <param name="json">The payload.</param>
    /// <param name="buffer">Where the name goes if it fits; a longer one is allocated.</param>
    public static ReadOnlySpan<char> ReadName(ReadOnlySpan<byte> json, Span<char> buffer)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        reader.Read();
        return reader.ValueSpan.Length <= buffer.Length ? buffer[..reader.CopyString(buffer)] : reader.GetString();
    }

    /// <summary>Places a reader on the first argument (or on the end of the array) of a payload that <see cref="Validate"/> accepted, repaired.</summary>
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

    private static PacketDefect? CheckPlaceholders(ReadOnlySpan<byte> json, int maxDepth, int attachments, int maxPlaceholders)
    {
        using var scanner = new PlaceholderScanner(json, maxDepth + 1);
        int placeholders = 0;
        while (scanner.Read())
        {
            if (JsonDepth.Check(scanner.TokenType, scanner.CurrentDepth, maxDepth) is { } tooDeep)
            {
                return tooDeep;
            }

            if (scanner.IsPlaceholder)
            {
                if (scanner.Number < 0 || scanner.Number >= attachments)
                {
                    return new PacketDefect("an attachment placeholder is out of range");
                }

                if (++placeholders > maxPlaceholders)
                {
                    return new PacketDefect($"attachments stand in more than {maxPlaceholders} places", PacketLimit.Attachments);
                }
            }
        }

        return null;
    }
}
