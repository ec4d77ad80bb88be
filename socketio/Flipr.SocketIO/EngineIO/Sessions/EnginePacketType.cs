namespace Flipr.SocketIO.EngineIO;

/// <summary>The packet types of Engine.IO protocol revision 4; the value is the character on the wire.</summary>
internal enum EnginePacketType : byte
{
    Open = (byte)'0',
    Close = (byte)'1',
    Ping = (byte)'2',
    Pong = (byte)'3',
    Message = (byte)'4',
    Upgrade = (byte)'5',
    Noop = (byte)'6',
}
