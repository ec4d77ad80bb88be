using System.Buffers.Text;
using System.Security.Cryptography;

namespace Flipr.SocketIO.EngineIO;

/// <summary>Makes ids that cannot be guessed: 15 random bytes, 20 URL-safe characters.</summary>
internal static class SessionId
{
    /// <summary>Whether a text could be an id.</summary>
    public static bool IsWellFormed(string text) => text.Length == 20 && text.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    public static string Create()
    {
        Span<byte> bytes = stackalloc byte[15];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
