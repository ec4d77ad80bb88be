using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Socket.IO's own form (protocol revision 5, "Packet encoding"): a text, and a binary message for each attachment.</summary>
internal sealed class JsonPacketParser : IPacketParser
{
    public static JsonPacketParser Instance { get; } = new();

    public bool KeepsJson => true;

    public IPacketDecoder CreateDecoder(int maxAttachments) => new JsonPacketDecoder(maxAttachments);

    public OutboundMessage Encode(
        PacketType type, ReadOnlySpan<byte> ns, ulong? ackId, MessageBuffer json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, bool compress)
    {
        Span<byte> header = stackalloc byte[PacketHeaderWriter.MaxLengthWithoutNamespace + ns.Length];
        int length = PacketHeaderWriter.Write(header, type, attachments.Count, ns, ackId);
        json.Prepend(header[..length]);
        return OutboundMessage.FromText(json, attachments, compress);
    }
}
