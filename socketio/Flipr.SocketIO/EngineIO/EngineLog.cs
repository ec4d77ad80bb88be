using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.EngineIO;

/// <summary>The engine's log messages; their ids are stable.</summary>
internal sealed partial class EngineLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Debug, "Session {SessionId} closed: {Reason}")]
    public partial void SessionClosed(string sessionId, string reason);

    [LoggerMessage(2, LogLevel.Information, "Refused a {Method} request with code {Code} ({Message}): {Cause}")]
    public partial void Refused(int code, string message, string cause, string method);

    [LoggerMessage(3, LogLevel.Debug, "WebSocket of session {SessionId} ended without a closing handshake")]
    public partial void WebSocketFailed(string sessionId, Exception exception);

    [LoggerMessage(4, LogLevel.Information, "Upgrade of session {SessionId} was not completed in time; it stays on polling")]
    public partial void UpgradeTimedOut(string sessionId);

    [LoggerMessage(6, LogLevel.Warning, "Refused a {Method} request for session {SessionId}, which is not known here. Right after a handshake this means that requests of one client reach different instances: switch on session affinity, or let clients use the WebSocket transport only")]
    public partial void UnknownSession(string sessionId, string method);

    [LoggerMessage(11, LogLevel.Information, "Refused a {Method} request for session {SessionId}, which has ended here: {Reason}")]
    public partial void EndedSession(string sessionId, string reason, string method);

    [LoggerMessage(12, LogLevel.Information, "Refused a {Method} request for session {SessionId}: {Other} opened it. A session can be continued only over the endpoint and by the user that opened it; who has logged in or out connects anew")]
    public partial void ForeignSession(string sessionId, string other, string method);

    [LoggerMessage(13, LogLevel.Error, "A handler of refused requests (OnConnectionError) threw; the request was answered all the same")]
    public partial void RefusalHandlerFailed(Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Refused a connection: {MaxConnections} connections are open (option MaxConnections), or the server is shutting down")]
    public partial void Full(int maxConnections);

    [LoggerMessage(8, LogLevel.Warning, "The server allows no more upgraded connections (Kestrel's Limits.MaxConcurrentUpgradedConnections)")]
    public partial void UpgradeRefused(Exception exception);

    [LoggerMessage(9, LogLevel.Error, "Checking the deadlines of session {SessionId} failed; the next check goes on")]
    public partial void SweepFailed(string sessionId, Exception exception);

    [LoggerMessage(10, LogLevel.Information, "Refused a connection of {Client}: it has {MaxConnectionsPerClient} open (option MaxConnectionsPerClient)")]
    public partial void ClientFull(string client, int maxConnectionsPerClient);

    [LoggerMessage(24, LogLevel.Warning, "A POST of session {SessionId} was larger than the option MaxPayload allows ({MaxPayload} bytes): it was answered 413, and the session goes on")]
    public partial void PostTooLarge(string sessionId, int maxPayload);

    [LoggerMessage(21, LogLevel.Warning, "A limit ends connection {SessionId}: the option {Option} is {Value}. {Remedy}")]
    public partial void LimitExceeded(string sessionId, string option, long value, string remedy);

    [LoggerMessage(22, LogLevel.Error, "What a broadcast wrote to session {SessionId} could not be flushed; the session is closed")]
    public partial void FlushFailed(string sessionId, Exception exception);

    [LoggerMessage(23, LogLevel.Error, "Whoever listens to the meter Flipr.SocketIO threw at a measurement, which is lost to those behind it; further times are not logged")]
    public partial void MeterListenerFailed(Exception exception);

    public void TransportMismatch(bool isPolling)
    {
        if (!isPolling)
        {
            UpgradeStripped();
        }
    }

    [LoggerMessage(5, LogLevel.Warning, "A request with transport=websocket came without Upgrade: websocket. A proxy in front strips the header; let it pass Connection and Upgrade on (nginx: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; proxy_http_version 1.1)")]
    private partial void UpgradeStripped();
}
