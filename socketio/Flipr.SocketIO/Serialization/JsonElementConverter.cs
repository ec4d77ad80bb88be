using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Passes raw JSON through unchanged, halves of characters included, which the framework's own converter fails on.</summary>
internal sealed class JsonElementConverter : JsonConverter<JsonElement>
{
    public override bool HandleNull => true;

    public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => OriginalText.Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => Write(writer, value);

    /// <summary>Writes the value.</summary>
    public static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Undefined && JsonMarshal.GetRawUtf8Value(value) is var text && JsonText.HasHalf(text))
        {
            // Validated: the application may have parsed it with comments in it.
            writer.WriteRawValue(text);
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
