using System.Buffers.Binary;
using System.Text;

namespace Flipr.Testing.Otlp;

/// <summary>A message in the wire format of protobuf, its fields by their numbers: all it takes to read OTLP.</summary>
/// <remarks>https://protobuf.dev/programming-guides/encoding: each field is a tag, (number &lt;&lt; 3 | wire type), and a value.</remarks>
public sealed class ProtobufMessage
{
    private readonly List<(int Number, ulong Value, ReadOnlyMemory<byte> Bytes)> _fields = [];

    /// <exception cref="FormatException">It is none.</exception>
    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var message = new ProtobufMessage();
        while (!bytes.IsEmpty)
        {
            ulong tag = ReadVarint(ref bytes);
            (ulong value, ReadOnlyMemory<byte> content) = (tag & 7) switch
            {
                0 => (ReadVarint(ref bytes), default),
                1 => (BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span), default),
                2 => (0UL, Take(ref bytes, checked((int)ReadVarint(ref bytes)))),
                5 => (BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span), default),
                _ => throw new FormatException($"Wire type {tag & 7} is unknown."),
            };
            message._fields.Add(((int)(tag >> 3), value, content));
        }

        return message;
    }

    public bool Has(int field) => _fields.Any(candidate => candidate.Number == field);

    public IEnumerable<ProtobufMessage> Messages(int field) => _fields.Where(candidate => candidate.Number == field).Select(found => Parse(found.Bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>Bytes as hexadecimal digits, as ids are shown.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields.LastOrDefault(candidate => candidate.Number == field).Value;

    public double Real(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    private ReadOnlySpan<byte> Bytes(int field) => _fields.LastOrDefault(candidate => candidate.Number == field).Bytes.Span;

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("A number is too long.");
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        if (count > bytes.Length)
        {
            throw new FormatException("The message ends early.");
        }

        ReadOnlyMemory<byte> taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
