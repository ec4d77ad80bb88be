namespace Flipr.SocketIO.EngineIO;

/// <summary>What became of a request's <c>Origin</c> header.</summary>
internal enum OriginVerdict
{
    Allowed,
    Refused,
    Malformed,
}
