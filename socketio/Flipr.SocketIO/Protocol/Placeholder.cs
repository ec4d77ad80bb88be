using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>The object that stands for an attachment in a packet's JSON: <c>{"_placeholder":true,"num":0}</c>.</summary>
internal static class Placeholder
{
    private static readonly JsonEncodedText MarkProperty = JsonEncodedText.Encode("_placeholder");
    private static readonly JsonEncodedText NumberProperty = JsonEncodedText.Encode("num");

    /// <summary>The name of the member that makes an object a placeholder.</summary>
    public static ReadOnlySpan<byte> Mark => MarkProperty.EncodedUtf8Bytes;

    /// <summary>The name of the member with the attachment's number.</summary>
    public static ReadOnlySpan<byte> Num => NumberProperty.EncodedUtf8Bytes;

    /// <summary>Reads the object at which <paramref name="reader"/> stands (a copy: the caller's reader does not move).</summary>
    /// <returns>The attachment's number, -1 if it has no valid one, <see langword="null"/> if the object is no placeholder.</returns>
    public static int? Read(Utf8JsonReader reader)
    {
        bool isPlaceholder = false;
        int number = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.IsEqual(ref reader, Mark))
            {
                reader.Read();
                isPlaceholder = reader.TokenType == JsonTokenType.True;
            }
            else if (JsonText.IsEqual(ref reader, Num))
            {
                reader.Read();
                number = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int value) ? value : -1;
            }
            else
            {
                reader.Read();
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                reader.Skip();
            }
        }

        return isPlaceholder ? number : null;
    }

    /// <summary>Writes the placeholder of attachment <paramref name="number"/>.</summary>
    public static void Write(Utf8JsonWriter writer, int number)
    {
        writer.WriteStartObject();
        writer.WriteBoolean(MarkProperty, true);
        writer.WriteNumber(NumberProperty, number);
        writer.WriteEndObject();
    }
}
