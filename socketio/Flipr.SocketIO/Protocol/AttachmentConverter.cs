using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flipr.SocketIO.Protocol;

/// <summary>
/// Takes binary values out of a packet's JSON: on the way out the bytes become an attachment and a placeholder stands in
/// the JSON; on the way in the placeholder becomes the bytes again. A string is read as base64, as everywhere in System.Text.Json.
/// </summary>
internal abstract class AttachmentConverter<T> : JsonConverter<T>
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return FromBytes(reader.GetBytesFromBase64());
        }

        if (reader.TokenType != JsonTokenType.StartObject || Placeholder.Read(reader) is not { } number
            || number < 0 || number >= AttachmentScope.Received.Count)
        {
            throw new JsonException("Expected binary data: an attachment, or a base64 string.");
        }

        reader.Skip();
        return FromBytes(AttachmentScope.Received[number]);
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ReadOnlyMemory<byte> bytes = ToBytes(value);
        if (AttachmentScope.Collected is { } collected)
        {
            Placeholder.Write(writer, collected.Count);
            collected.Add(bytes);
        }
        else
        {
            writer.WriteBase64StringValue(bytes.Span);
        }
    }

    protected abstract T FromBytes(ReadOnlyMemory<byte> bytes);

    protected abstract ReadOnlyMemory<byte> ToBytes(T value);
}

/// <inheritdoc/>
internal sealed class ByteArrayAttachmentConverter : AttachmentConverter<byte[]>
{
    protected override byte[] FromBytes(ReadOnlyMemory<byte> bytes) => bytes.ToArray();

    protected override ReadOnlyMemory<byte> ToBytes(byte[] value) => value;
}

/// <inheritdoc/>
internal sealed class MemoryAttachmentConverter : AttachmentConverter<Memory<byte>>
{
    protected override Memory<byte> FromBytes(ReadOnlyMemory<byte> bytes) => bytes.ToArray();

    protected override ReadOnlyMemory<byte> ToBytes(Memory<byte> value) => value;
}

/// <inheritdoc/>
internal sealed class ReadOnlyMemoryAttachmentConverter : AttachmentConverter<ReadOnlyMemory<byte>>
{
    protected override ReadOnlyMemory<byte> FromBytes(ReadOnlyMemory<byte> bytes) => bytes;

    protected override ReadOnlyMemory<byte> ToBytes(ReadOnlyMemory<byte> value) => value;
}
