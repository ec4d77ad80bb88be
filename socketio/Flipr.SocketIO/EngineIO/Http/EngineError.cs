namespace Flipr.SocketIO.EngineIO;

/// <summary>The error codes that a refused request is answered with.</summary>
internal enum EngineError
{
    UnknownTransport = 0,
    UnknownSession = 1,
    BadHandshakeMethod = 2,
    BadRequest = 3,
    Forbidden = 4,
    UnsupportedProtocolVersion = 5,
}
