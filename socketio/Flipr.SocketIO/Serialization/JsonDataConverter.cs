using System.Text.Json;
using System.Text.Json.Serialization;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Passes JSON through; the attachments it brought get new numbers in the packet they leave with.</summary>
internal sealed class JsonDataConverter : JsonConverter<JsonData>
{
    public override bool HandleNull => true;

    public override JsonData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(JsonElement.ParseValue(ref reader), AttachmentScope.Received, options);

    public override void Write(Utf8JsonWriter writer, JsonData value, JsonSerializerOptions options)
    {
        if (value.Json.ValueKind == JsonValueKind.Undefined)
        {
            writer.WriteNullValue();
        }
        else if (value.Attachments.Count == 0 || AttachmentScope.Collected is not { } collected)
        {
            value.Json.WriteTo(writer);
        }
        else
        {
            Write(writer, value.Json, value.Attachments, collected);
        }
    }

    private static void Write(
        Utf8JsonWriter writer, JsonElement json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, List<ReadOnlyMemory<byte>> collected)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object when IsPlaceholder(json, attachments.Count, out int number):
                Placeholder.Write(writer, collected.Count);
                collected.Add(attachments[number]);
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, attachments, collected);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement element in json.EnumerateArray())
                {
                    Write(writer, element, attachments, collected);
                }

                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    private static bool IsPlaceholder(JsonElement json, int attachments, out int number)
    {
        number = -1;
        return json.TryGetProperty("_placeholder", out JsonElement mark) && mark.ValueKind == JsonValueKind.True
            && json.TryGetProperty("num", out JsonElement num) && num.ValueKind == JsonValueKind.Number
            && num.TryGetInt32(out number) && number >= 0 && number < attachments;
    }
}
