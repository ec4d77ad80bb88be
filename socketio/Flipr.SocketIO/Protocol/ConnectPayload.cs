using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>Checks the JSON of a CONNECT packet, the client's <c>auth</c>.</summary>
internal static class ConnectPayload
{
    /// <summary>Checks that it is one object, complete and not too deep, or nothing.</summary>
    /// <param name="json">The packet's JSON.</param>
    /// <param name="maxDepth">How deep objects and arrays may nest.</param>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    public static PacketDefect? Validate(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth + 1 });
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                ? JsonDepth.Check(ref reader, maxDepth)
                : new PacketDefect("the payload of CONNECT is not an object");
        }
        catch (JsonException)
        {
            return new PacketDefect("the payload of CONNECT is not valid JSON");
        }
    }
}
