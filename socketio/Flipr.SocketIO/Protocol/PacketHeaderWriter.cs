using System.Buffers.Text;

namespace Flipr.SocketIO.Protocol;

/// <summary>Writes what stands in front of a packet's JSON; the counterpart of <see cref="PacketReader"/>.</summary>
internal static class PacketHeaderWriter
{
    /// <summary>The most bytes a header takes, the namespace not counted: type, attachments and dash, comma, ack id.</summary>
    public const int MaxLengthWithoutNamespace = 1 + 11 + 1 + 20;

    /// <summary>Writes a header and returns its length in bytes.</summary>
    /// <param name="destination">At least <see cref="MaxLengthWithoutNamespace"/> bytes and room for the namespace.</param>
    /// <param name="type">The packet's type.</param>
    /// <param name="attachments">How many attachments follow; 0 unless the type is a binary one.</param>
    /// <param name="ns">The namespace in UTF-8; empty for the default namespace.</param>
    /// <param name="ackId">The ack id, if there is one.</param>
    public static int Write(Span<byte> destination, PacketType type, int attachments, ReadOnlySpan<byte> ns, ulong? ackId)
    {
        destination[0] = (byte)('0' + (int)type);
        int position = 1;
        if (attachments > 0)
        {
            Utf8Formatter.TryFormat(attachments, destination[position..], out int length);
            position += length;
            destination[position++] = (byte)'-';
        }

        if (!ns.IsEmpty)
        {
            ns.CopyTo(destination[position..]);
            position += ns.Length;
            destination[position++] = (byte)',';
        }

        if (ackId is { } id)
        {
            Utf8Formatter.TryFormat(id, destination[position..], out int length);
            position += length;
        }

        return position;
    }
}
