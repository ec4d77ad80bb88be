using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Reads the messages of one connection, in order; keeps what belongs to a packet that is not complete yet.</summary>
internal interface IPacketDecoder
{
    /// <summary>Takes a message.</summary>
    /// <param name="data">The message, without the engine's packet type; it is valid until this returns and the packet has been dealt with.</param>
    /// <param name="isBinary">Whether it came as bytes.</param>
    /// <param name="packet">The packet that the message has completed; not complete if there is more to come.</param>
    /// <returns>What is wrong with it, which costs the client its connection; <see langword="null"/> if nothing is.</returns>
    PacketDefect? Decode(ReadOnlyMemory<byte> data, bool isBinary, out DecodedPacket packet);
}
