using System.Buffers.Binary;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Headers of the frames a server sends (RFC 6455, section 5.2): final, unmasked.
/// <code>
///  0               1               2               3
///  0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// |F|0|0|0|opcode |0| length (7)  | 126: length (16)              |
/// |1|     |  (4)  | |             | 127: length (64)              |
/// +-+-+-+-+-------+-+-------------+-------------------------------+
/// </code>
/// </summary>
internal static class WebSocketFrame
{
    public const byte Text = 0x1;
    public const byte Binary = 0x2;
    public const byte Close = 0x8;

    /// <summary>The longest header, in bytes.</summary>
    public const int MaxHeaderLength = 10;

    /// <summary>Length in bytes of the header in front of <paramref name="payloadLength"/> bytes.</summary>
    public static int HeaderLength(int payloadLength) => payloadLength switch
    {
        <= 125 => 2,
        <= ushort.MaxValue => 4,
        _ => MaxHeaderLength,
    };

    /// <summary>Writes a header and returns its length in bytes.</summary>
    public static int WriteHeader(Span<byte> destination, byte opcode, int payloadLength)
    {
        destination[0] = (byte)(0x80 | opcode);
        switch (payloadLength)
        {
            case <= 125:
                destination[1] = (byte)payloadLength;
                return 2;
            case <= ushort.MaxValue:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadLength);
                return 4;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payloadLength);
                return MaxHeaderLength;
        }
    }
}
