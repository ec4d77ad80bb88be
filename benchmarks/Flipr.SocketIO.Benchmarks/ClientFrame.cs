using System.Buffers.Binary;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Frames as a client sends them. The mask is zero, which leaves the payload as it is.</summary>
internal static class ClientFrame
{
    public static byte[] Of(ReadOnlySpan<byte> payload, byte first = 0x81)
    {
        int extended = payload.Length < 126 ? 0 : payload.Length <= ushort.MaxValue ? 2 : 8;
        var frame = new byte[2 + extended + 4 + payload.Length];
        frame[0] = first;
        switch (extended)
        {
            case 0:
                frame[1] = (byte)(0x80 | payload.Length);
                break;
            case 2:
                frame[1] = 0x80 | 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
                break;
            default:
                frame[1] = 0x80 | 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
                break;
        }

        payload.CopyTo(frame.AsSpan(2 + extended + 4));
        return frame;
    }
}
