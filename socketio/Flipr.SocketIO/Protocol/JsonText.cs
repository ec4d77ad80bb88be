using System.Buffers.Text;
using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>
/// Halves of characters: an escape such as <c>\ud83d</c> without its other half is legal JSON, and what JavaScript makes of a
/// string that it cuts within an emoji. System.Text.Json leaves it unchecked until the string is asked for, and then fails.
/// </summary>
internal static class JsonText
{
    private static ReadOnlySpan<byte> Replacement => "\\ufffd"u8;

    /// <summary>A copy of valid JSON with U+FFFD in the place of each half of a character; everything stands where it stood.</summary>
    /// <returns>The copy; <see langword="null"/> if there is no half.</returns>
    public static byte[]? Repair(ReadOnlySpan<byte> json)
    {
        int half = IndexOfHalf(json, 0);
        if (half < 0)
        {
            return null;
        }

        byte[] repaired = json.ToArray();
        for (; half >= 0; half = IndexOfHalf(json, half + Replacement.Length))
        {
            Replacement.CopyTo(repaired.AsSpan(half));
        }

        return repaired;
    }

    /// <summary>Whether valid JSON, or a part of it, has half a character anywhere.</summary>
    public static bool HasHalf(ReadOnlySpan<byte> json) => IndexOfHalf(json, 0) >= 0;

    /// <summary>Whether the string or property name at which <paramref name="reader"/> stands is <paramref name="text"/>; one with half a character is no text.</summary>
    public static bool IsEqual(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) =>
        reader.ValueIsEscaped ? !HasHalf(reader.ValueSpan) && reader.ValueTextEquals(text) : reader.ValueSpan.SequenceEqual(text);

    private static int IndexOfHalf(ReadOnlySpan<byte> json, int position)
    {
        // A backslash stands in strings only.
        while (json[position..].IndexOf((byte)'\\') is var at and >= 0)
        {
            position += at;
            if (json[position + 1] != 'u')
            {
                position += 2;
                continue;
            }

            char unit = CodeUnit(json[position..]);
            if (!char.IsSurrogate(unit))
            {
                position += Replacement.Length;
                continue;
            }

            ReadOnlySpan<byte> rest = json[(position + Replacement.Length)..];
            if (char.IsLowSurrogate(unit) || !rest.StartsWith("\\u"u8) || !char.IsLowSurrogate(CodeUnit(rest)))
            {
                return position;
            }

            position += 2 * Replacement.Length;
        }

        return -1;
    }

    // The reader has made sure that four hexadecimal digits follow.
    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort value, out _, 'x') ? (char)value : '\0';
}
