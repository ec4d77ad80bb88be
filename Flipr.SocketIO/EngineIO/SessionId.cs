using System.Buffers.Text;
using System.Security.Cryptography;

namespace Flipr.SocketIO.EngineIO;

/// <summary>Makes ids that cannot be guessed: 15 random bytes, 20 URL-safe characters.</summary>
internal static class SessionId
{
    public static string Create()
    {
        Span<byte> bytes = stackalloc byte[15];
        RandomNumberGenerator.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
