using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>
/// How Socket.IO packets look on the wire. Inside the server a packet is its header, JSON, and the binary values that the placeholders in the
/// JSON stand for, whatever the wire form: that is what is encoded, and what a decoder gives.
/// </summary>
internal interface IPacketParser
{
    /// <summary>Whether the message that <see cref="Encode"/> makes keeps the JSON where it stood in the buffer, so that other forms can be made of it.</summary>
    bool KeepsJson { get; }

    /// <summary>Makes what reads the messages of one connection.</summary>
    /// <param name="maxAttachments">The most binary values one packet may have.</param>
    IPacketDecoder CreateDecoder(int maxAttachments);

    /// <summary>Makes the message of a packet.</summary>
    /// <param name="type">The packet's type; an event or ack is of the binary type if it has attachments.</param>
    /// <param name="ns">The namespace in UTF-8; empty for the default namespace.</param>
    /// <param name="ackId">The ack id, if there is one.</param>
    /// <param name="json">The payload, or nothing; with room for the headers in front (<see cref="EventWriter.HeaderRoom"/>). Taken over.</param>
    /// <param name="attachments">What the placeholders in the JSON stand for.</param>
    /// <param name="compress">Whether a transport that can compress should do so.</param>
    OutboundMessage Encode(PacketType type, ReadOnlySpan<byte> ns, ulong? ackId, MessageBuffer json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, bool compress);
}
