namespace Flipr.SocketIO.Protocol;

/// <summary>What stands in front of a packet's JSON, and where that JSON begins.</summary>
/// <param name="Type">The packet's type.</param>
/// <param name="Attachments">How many binary messages follow; 0 unless the type is a binary one.</param>
/// <param name="Namespace">Where the namespace stands in the text; empty for the default namespace <c>/</c>.</param>
/// <param name="AckId">The ack id, if the packet carries one.</param>
/// <param name="PayloadStart">Index of the first byte of the JSON; the text's length when there is none.</param>
internal readonly record struct PacketHeader(PacketType Type, int Attachments, Range Namespace, ulong? AckId, int PayloadStart);
