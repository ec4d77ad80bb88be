using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>A packet as it is inside the server, whatever form it came in. What its JSON holds has not been checked.</summary>
/// <param name="type">Its type; never a binary one.</param>
/// <param name="ns">The namespace in UTF-8; empty for the default namespace.</param>
/// <param name="ackId">The ack id, if it carries one.</param>
/// <param name="json">Its payload, or nothing.</param>
/// <param name="attachments">What the placeholders in the JSON stand for; <see langword="null"/> if there are none.</param>
internal readonly ref struct DecodedPacket(
    PacketType type, ReadOnlySpan<byte> ns, ulong? ackId, ReadOnlySpan<byte> json, List<ReadOnlyMemory<byte>>? attachments)
{
    public bool IsComplete { get; } = true;

    public PacketType Type { get; } = type;

    public ReadOnlySpan<byte> Namespace { get; } = ns;

    public ulong? AckId { get; } = ackId;

    public ReadOnlySpan<byte> Json { get; } = json;

    public List<ReadOnlyMemory<byte>>? Attachments { get; } = attachments;
}
