using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>A packet whose attachments are still arriving.</summary>
internal sealed record PendingPacket(byte[] Text, PacketHeader Header)
{
    public List<ReadOnlyMemory<byte>> Attachments { get; } = new(Header.Attachments);
}
