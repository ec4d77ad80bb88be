using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Reads Socket.IO's own form: a text, then as many binary messages as it announces.</summary>
/// <param name="maxAttachments">The most attachments one packet may announce.</param>
internal sealed class JsonPacketDecoder(int maxAttachments) : IPacketDecoder
{
    private PendingPacket? _pending;

    public PacketDefect? Decode(ReadOnlyMemory<byte> data, bool isBinary, out DecodedPacket packet)
    {
        packet = default;
        return isBinary ? DecodeAttachment(data, ref packet) : DecodeText(data, ref packet);
    }

    private PacketDefect? DecodeText(ReadOnlyMemory<byte> data, ref DecodedPacket packet)
    {
        if (_pending is not null)
        {
            return new PacketDefect("a text packet came where an attachment was due");
        }

        ReadOnlySpan<byte> text = data.Span;
        if (PacketReader.Read(text, maxAttachments, out PacketHeader header) is { } defect)
        {
            return defect;
        }

        if (header.Type is PacketType.BinaryEvent or PacketType.BinaryAck)
        {
            _pending = new PendingPacket(data.ToArray(), header);
        }
        else
        {
            packet = new DecodedPacket(header.Type, text[header.Namespace], header.AckId, text[header.PayloadStart..], null);
        }

        return null;
    }

    private PacketDefect? DecodeAttachment(ReadOnlyMemory<byte> data, ref DecodedPacket packet)
    {
        if (_pending is not { } pending)
        {
            return new PacketDefect("an attachment came without a packet that announced it");
        }

        pending.Attachments.Add(data.ToArray());
        if (pending.Attachments.Count == pending.Header.Attachments)
        {
            _pending = null;
            PacketHeader header = pending.Header;
            ReadOnlySpan<byte> text = pending.Text;
            packet = new DecodedPacket(
                header.Type == PacketType.BinaryEvent ? PacketType.Event : PacketType.Ack, text[header.Namespace], header.AckId, text[header.PayloadStart..], pending.Attachments);
        }

        return null;
    }
}
