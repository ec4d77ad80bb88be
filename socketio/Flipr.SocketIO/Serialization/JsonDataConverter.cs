using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Passes JSON through; the attachments it brought get new numbers in the packet they leave with.</summary>
internal sealed class JsonDataConverter : JsonConverter<JsonData>
{
    public override bool HandleNull => true;

    public override JsonData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(OriginalText.Parse(ref reader), AttachmentScope.Received, options);

    public override void Write(Utf8JsonWriter writer, JsonData value, JsonSerializerOptions options)
    {
        if (value.IsUndefined)
        {
            writer.WriteNullValue();
        }
        else if (value.Attachments.Count == 0 || AttachmentScope.Collected is not { } collected)
        {
            JsonElementConverter.Write(writer, value.Json);
        }
        else
        {
            WriteNumberedAnew(writer, value.Text, value.Attachments, collected);
        }
    }

    // What stands between the placeholders stays as it came.
    private static void WriteNumberedAnew(
        Utf8JsonWriter writer, ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, List<ReadOnlyMemory<byte>> collected)
    {
        List<(Range Position, int Number)> placeholders = FindPlaceholders(json, attachments.Count);
        if (placeholders.Count == 0)
        {
            writer.WriteRawValue(json, skipInputValidation: true);
            return;
        }

        var text = new ArrayBufferWriter<byte>(json.Length + 64);
        using var own = new Utf8JsonWriter(text);
        int written = 0;
        foreach ((Range position, int number) in placeholders)
        {
            text.Write(json[written..position.Start.Value]);
            own.Reset();
            Placeholder.Write(own, collected.Count);
            own.Flush();
            collected.Add(attachments[number]);
            written = position.End.Value;
        }

        text.Write(json[written..]);
        writer.WriteRawValue(text.WrittenSpan, skipInputValidation: true);
    }

    private static List<(Range Position, int Number)> FindPlaceholders(ReadOnlySpan<byte> json, int attachments)
    {
        List<(Range Position, int Number)> found = [];
        using var scanner = new PlaceholderScanner(json, int.MaxValue);
        while (scanner.Read())
        {
            if (!scanner.IsPlaceholder || scanner.Number < 0 || scanner.Number >= attachments)
            {
                continue;
            }

            // Whatever a placeholder has in it goes with it.
            while (found.Count > 0 && found[^1].Position.Start.Value > scanner.Position.Start.Value)
            {
                found.RemoveAt(found.Count - 1);
            }

            found.Add((scanner.Position, scanner.Number));
        }

        return found;
    }
}
