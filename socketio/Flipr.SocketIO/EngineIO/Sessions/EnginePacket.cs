namespace Flipr.SocketIO.EngineIO;

/// <summary>A received Engine.IO packet.</summary>
/// <param name="Type">The type as it stands on the wire; it may be none of the known ones.</param>
/// <param name="Data">What follows the type; for a binary message, all of it.</param>
/// <param name="IsBinary">Whether it is a binary message.</param>
internal readonly record struct EnginePacket(EnginePacketType Type, ReadOnlyMemory<byte> Data, bool IsBinary);
