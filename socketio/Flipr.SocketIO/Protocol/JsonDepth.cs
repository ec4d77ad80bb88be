using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>How deep received JSON nests.</summary>
internal static class JsonDepth
{
    /// <summary>Reads to the end.</summary>
    /// <param name="reader">A reader that bears one level more.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    /// <exception cref="JsonException">The JSON is broken.</exception>
    public static PacketDefect? Check(ref Utf8JsonReader reader, int maxDepth)
    {
        while (reader.Read())
        {
            if (Check(reader.TokenType, reader.CurrentDepth, maxDepth) is { } defect)
            {
                return defect;
            }
        }

        return null;
    }

    /// <summary>Looks at one token.</summary>
    public static PacketDefect? Check(JsonTokenType token, int currentDepth, int maxDepth) =>
        currentDepth >= maxDepth && token is (JsonTokenType.StartObject or JsonTokenType.StartArray)
            ? new PacketDefect($"the JSON nests deeper than {maxDepth}", PacketLimit.Depth)
            : null;
}
