using System.Buffers.Text;

namespace Flipr.SocketIO.Protocol;

/// <summary>
/// Reads the header of a Socket.IO packet (protocol revision 5, "Packet encoding"):
/// <code>
/// &lt;type&gt;[&lt;attachments&gt;-][&lt;namespace&gt;,][&lt;ack id&gt;][&lt;JSON&gt;]
///    5        1-        /admin,      13      ["image",{"_placeholder":true,"num":0}]
/// </code>
/// </summary>
internal static class PacketReader
{
    /// <summary>Reads the header of <paramref name="text"/>.</summary>
    /// <param name="text">One packet without its attachments, UTF-8.</param>
    /// <param name="maxAttachments">The most attachments one packet may announce.</param>
    /// <param name="header">The header, when the packet has a valid one.</param>
    /// <returns>What is wrong with the packet, for the log; <see langword="null"/> if nothing is.</returns>
    public static PacketDefect? Read(ReadOnlySpan<byte> text, int maxAttachments, out PacketHeader header)
    {
        header = default;
        if (text.IsEmpty)
        {
            return new PacketDefect("the packet is empty");
        }

        if (text[0] is < (byte)'0' or > (byte)'6')
        {
            return new PacketDefect("the packet type is not a digit from 0 to 6");
        }

        var type = (PacketType)(text[0] - '0');
        int position = 1;
        int attachments = 0;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck)
        {
            if (!TryReadNumber(text, ref position, out ulong count) || position >= text.Length || text[position] != '-')
            {
                return new PacketDefect("a binary packet does not say how many attachments follow");
            }

            if (count == 0 || count > (ulong)maxAttachments)
            {
                return new PacketDefect($"the number of attachments is not within 1 and {maxAttachments}", count == 0 ? PacketLimit.None : PacketLimit.Attachments);
            }

            attachments = (int)count;
            position++;
        }

        Range ns = default;
        if (position < text.Length && text[position] == '/')
        {
            int comma = text[position..].IndexOf((byte)',');
            int end = comma < 0 ? text.Length : position + comma;
            ns = end - position == 1 ? default : position..end;
            position = comma < 0 ? end : end + 1;
        }

        ulong? ackId = null;
        if (position < text.Length && char.IsAsciiDigit((char)text[position]))
        {
            if (!TryReadNumber(text, ref position, out ulong id))
            {
                return new PacketDefect("the ack id is not an unsigned integer");
            }

            ackId = id;
        }

        header = new PacketHeader(type, attachments, ns, ackId, position);
        return null;
    }

    // Only the shortest form counts as a number: an id such as 007 would come back as 7 in the ack, that is, rewritten.
    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref int position, out ulong value)
    {
        ReadOnlySpan<byte> rest = text[position..];
        if (!Utf8Parser.TryParse(rest, out value, out int length) || (length > 1 && rest[0] == '0') || rest[0] == '+')
        {
            return false;
        }

        position += length;
        return true;
    }
}
