using System.Runtime.InteropServices;
using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>
/// The JSON as it came, while what is read on this thread has been repaired (<see cref="JsonText.Repair"/>): raw JSON is taken from
/// here, so that it can be passed on unchanged. Thread-static as <see cref="AttachmentScope"/> is.
/// </summary>
internal static class OriginalText
{
    [ThreadStatic]
    private static byte[]? _current;

    [ThreadStatic]
    private static int _offset;

    /// <summary>What came; <see langword="null"/> where it is read as it came.</summary>
    public static byte[]? Current => _current;

    /// <summary>From here on, on this thread, <paramref name="original"/> is what came; disposing the answer restores what was before.</summary>
    public static Scope Enter(byte[]? original)
    {
        var outer = new Scope(_current, _offset);
        (_current, _offset) = (original, 0);
        return outer;
    }

    /// <summary>Where in it the value stands that the serializer is about to read: its readers count from there.</summary>
    public static void StartAt(long offset) => _offset = (int)offset;

    /// <summary>The value at which the serializer's <paramref name="reader"/> stands, as it came.</summary>
    public static JsonElement Parse(ref Utf8JsonReader reader)
    {
        if (_current is not { } original)
        {
            return JsonElement.ParseValue(ref reader);
        }

        int start = _offset + (int)reader.TokenStartIndex;
        JsonElement repaired = JsonElement.ParseValue(ref reader);
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(repaired);

        // A converter of the application may read from a text of its own, where the place says nothing: then the texts differ.
        if (start + text.Length > original.Length
            || JsonText.Repair(original.AsSpan(start, text.Length)) is not { } same
            || !text.SequenceEqual(same))
        {
            return repaired;
        }

        var unchanged = new Utf8JsonReader(original.AsSpan(start, text.Length), new JsonReaderOptions { MaxDepth = int.MaxValue });
        return JsonElement.ParseValue(ref unchanged);
    }

    /// <summary>What was before.</summary>
    internal readonly struct Scope(byte[]? outer, int offset) : IDisposable
    {
        public void Dispose() => (_current, _offset) = (outer, offset);
    }
}
