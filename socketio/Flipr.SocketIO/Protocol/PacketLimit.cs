namespace Flipr.SocketIO.Protocol;

/// <summary>What a packet may have only so much of.</summary>
internal enum PacketLimit
{
    None,
    Attachments,
    Depth,
}
