namespace Flipr.SocketIO.Protocol;

/// <summary>What is wrong with a packet.</summary>
/// <param name="Text">For the log.</param>
/// <param name="Limit">The limit that it exceeds, if it is not malformed.</param>
internal sealed record PacketDefect(string Text, PacketLimit Limit = PacketLimit.None);
