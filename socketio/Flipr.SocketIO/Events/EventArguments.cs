using System.Text.Json;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>An event's arguments, for who does not know their types.</summary>
internal static class EventArguments
{
    /// <summary>Reads all of them.</summary>
    /// <param name="json">The packet's JSON, as it came.</param>
    /// <param name="attachments">The packet's attachments.</param>
    /// <param name="serializer">How they are read on.</param>
    public static IReadOnlyList<JsonData> Read(ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, SocketIOSerializer serializer)
    {
        Utf8JsonReader reader = EventPayload.ReadArguments(json, serializer.MaxDepth, isEvent: true);
        var arguments = new List<JsonData>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            arguments.Add(new JsonData(JsonElement.ParseValue(ref reader), attachments, serializer.Options));
        }

        return arguments;
    }
}
