using System.Buffers.Binary;
using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>The frame types of RFC 6455.</summary>
public enum Opcode : byte
{
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}

/// <summary>One WebSocket frame, legal or not: every field that a hostile client could get wrong is a property.</summary>
public sealed record Frame(Opcode Opcode, byte[] Payload)
{
    private static readonly byte[] MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

    public bool Final { get; init; } = true;

    /// <summary>RSV1 to RSV3 as they stand in the first byte: 0x40, 0x20, 0x10.</summary>
    public byte Reserved { get; init; }

    /// <summary>Clients must mask.</summary>
    public bool Masked { get; init; } = true;

    /// <summary>The length the header tells, when it is not the payload's own.</summary>
    public ulong? DeclaredLength { get; init; }

    public static Frame Text(string text) => new(Opcode.Text, Encoding.UTF8.GetBytes(text));

    public static Frame Binary(params byte[] bytes) => new(Opcode.Binary, bytes);

    public static Frame Close(int code, string reason = "")
    {
        byte[] payload = new byte[2 + Encoding.UTF8.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.UTF8.GetBytes(reason, payload.AsSpan(2));
        return new(Opcode.Close, payload);
    }

    public byte[] ToBytes()
    {
        ulong length = DeclaredLength ?? (ulong)Payload.Length;
        using var bytes = new MemoryStream();
        bytes.WriteByte((byte)((Final ? 0x80 : 0) | Reserved | (byte)Opcode));
        byte mask = (byte)(Masked ? 0x80 : 0);
        Span<byte> extended = stackalloc byte[8];
        if (length < 126)
        {
            bytes.WriteByte((byte)(mask | (byte)length));
        }
        else if (length <= ushort.MaxValue)
        {
            bytes.WriteByte((byte)(mask | 126));
            BinaryPrimitives.WriteUInt16BigEndian(extended, (ushort)length);
            bytes.Write(extended[..2]);
        }
        else
        {
            bytes.WriteByte((byte)(mask | 127));
            BinaryPrimitives.WriteUInt64BigEndian(extended, length);
            bytes.Write(extended);
        }

        if (!Masked)
        {
            bytes.Write(Payload);
            return bytes.ToArray();
        }

        bytes.Write(MaskingKey);
        for (int i = 0; i < Payload.Length; i++)
        {
            bytes.WriteByte((byte)(Payload[i] ^ MaskingKey[i & 3]));
        }

        return bytes.ToArray();
    }

    public override string ToString() => Opcode switch
    {
        Opcode.Text or Opcode.Continuation => $"{Opcode} {Encoding.UTF8.GetString(Payload)}",
        Opcode.Close when Payload.Length >= 2 => $"Close {BinaryPrimitives.ReadUInt16BigEndian(Payload)} {Encoding.UTF8.GetString(Payload.AsSpan(2))}",
        _ => $"{Opcode} {Convert.ToHexString(Payload)}",
    };
}
