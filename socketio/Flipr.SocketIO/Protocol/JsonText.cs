using System.Buffers.Text;
using System.Text.Json;

namespace Flipr.SocketIO.Protocol;

/// <summary>
/// What System.Text.Json leaves unchecked until a string is asked for: an escape such as <c>\ud800</c> without its other half
/// is no character, and whoever reads or passes on such a string later would fail on it.
/// </summary>
internal static class JsonText
{
    /// <summary>Whether the string or property name at which <paramref name="reader"/> stands consists of whole characters, as far as its escapes go.</summary>
    public static bool IsWellFormed(ref Utf8JsonReader reader) => !reader.ValueIsEscaped || IsWellFormed(reader.ValueSpan);

    private static bool IsWellFormed(ReadOnlySpan<byte> escaped)
    {
        while (escaped.IndexOf((byte)'\\') is var at and >= 0)
        {
            escaped = escaped[at..];
            if (escaped[1] != 'u')
            {
                escaped = escaped[2..];
                continue;
            }

            char character = CodeUnit(escaped);
            escaped = escaped[6..];
            if (char.IsHighSurrogate(character))
            {
                if (!escaped.StartsWith("\\u"u8) || !char.IsLowSurrogate(CodeUnit(escaped)))
                {
                    return false;
                }

                escaped = escaped[6..];
            }
            else if (char.IsLowSurrogate(character))
            {
                return false;
            }
        }

        return true;
    }

    // The reader has made sure that four hexadecimal digits follow.
    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort value, out _, 'x') ? (char)value : '\0';
}
