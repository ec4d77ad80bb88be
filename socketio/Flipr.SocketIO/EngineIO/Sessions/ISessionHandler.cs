using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>The layer above: told of new sessions.</summary>
internal interface IEngineHandler
{
    /// <summary>A session is open and may send. The request is the handshake's; it does not outlive this call.</summary>
    ISessionHandler OnOpened(EngineSession session, HttpContext handshake);
}

/// <summary>The layer above, for one session.</summary>
internal interface ISessionHandler
{
    /// <summary>A message has arrived. The next one is read when the returned task completes; the bytes are valid until then.</summary>
    ValueTask OnMessageAsync(ReadOnlyMemory<byte> data, bool isBinary);

    /// <summary>Another request of the session's owner has arrived, which continues it. The request does not outlive this call.</summary>
    void OnRequest(HttpContext request);

    /// <summary>The session has ended; called once.</summary>
    void OnClosed(string reason);

    /// <summary>A deadline of the layer above is due.</summary>
    /// <param name="now">The engine's time in milliseconds.</param>
    /// <returns>The next deadline, or <see cref="EngineClock.Never"/>.</returns>
    long OnDeadline(long now);
}
