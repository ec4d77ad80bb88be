namespace Flipr.SocketIO.EngineIO;

/// <summary>What a request wants of the session that it names.</summary>
internal enum SessionRequest
{
    /// <summary>A GET over polling: to take what waits for the client.</summary>
    Poll,

    /// <summary>A POST over polling: to bring what the client sends.</summary>
    Post,

    /// <summary>A WebSocket handshake: to move the session from polling.</summary>
    Upgrade,
}
