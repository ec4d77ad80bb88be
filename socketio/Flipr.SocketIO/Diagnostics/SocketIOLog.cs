using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Diagnostics;

/// <summary>The Socket.IO layer's log messages; their ids are stable.</summary>
internal sealed partial class SocketIOLog(ILogger logger)
{
    // Room for the type's name and the path to what does not fit.
    private const int MaxReasonLength = 300;

    /// <summary>A handler runs, and what it logs is to say for whom.</summary>
    public IDisposable? BeginHandler(string socketId, string ns, string eventName) =>
        logger.BeginScope(new HandlerScope(socketId, LogText.Clean(ns), LogText.Clean(eventName)));

    [LoggerMessage(101, LogLevel.Information, "Connection {SessionId} sent a packet that cannot be read: {Defect}")]
    public partial void BadPacket(string sessionId, string defect);

    [LoggerMessage(102, LogLevel.Information, "Connection {SessionId} broke the protocol: {Defect}")]
    public partial void ProtocolViolation(string sessionId, string defect);

    [LoggerMessage(103, LogLevel.Error, "A handler of '{EventName}' threw; socket {SocketId} stays connected")]
    public partial void HandlerFailed(string eventName, string socketId, Exception exception);

    [LoggerMessage(104, LogLevel.Debug, "Nothing handles '{EventName}', which socket {SocketId} sent")]
    public partial void Unhandled(string eventName, string socketId);

    [LoggerMessage(105, LogLevel.Information, "Connection {SessionId} joined no namespace in time")]
    public partial void ConnectTimedOut(string sessionId);

    [LoggerMessage(106, LogLevel.Information, "A middleware of {Namespace} refused socket {SocketId}: {Message}")]
    public partial void ConnectRefused(string @namespace, string socketId, string message);

    [LoggerMessage(150, LogLevel.Information, "Socket {SocketId} was refused by {Namespace}: {Cause}")]
    public partial void NotAdmitted(string @namespace, string socketId, string cause);

    [LoggerMessage(151, LogLevel.Error, "The authentication scheme '{Scheme}' threw on the token of socket {SocketId}, which was refused by {Namespace}: {Failure}")]
    public partial void AuthenticationFailed(string @namespace, string socketId, string scheme, string failure);

    [LoggerMessage(152, LogLevel.Information, "Connection {SessionId} ends: the ticket of its user has expired (option CloseOnAuthenticationExpiration)")]
    public partial void ConnectionExpired(string sessionId);

    [LoggerMessage(153, LogLevel.Information, "Socket {SocketId} leaves {Namespace}: the ticket of its token has expired (option CloseOnAuthenticationExpiration)")]
    public partial void SocketExpired(string @namespace, string socketId);

    [LoggerMessage(107, LogLevel.Error, "A middleware of {Namespace} threw; socket {SocketId} was refused")]
    public partial void MiddlewareFailed(string @namespace, string socketId, Exception exception);

    [LoggerMessage(112, LogLevel.Error, "A middleware for requests (UseRequest) threw; the request was refused")]
    public partial void MiddlewareFailed(Exception exception);

    [LoggerMessage(111, LogLevel.Error, "A packet of connection {SessionId} could not be handled; the connection was closed")]
    public partial void PacketFailed(string sessionId, Exception exception);

    [LoggerMessage(110, LogLevel.Error, "The function that decides on namespace {Namespace} threw; the client was refused")]
    public partial void NamespaceFailed(string @namespace, Exception exception);

    [LoggerMessage(170, LogLevel.Error, "The adapter of namespace {Namespace} failed")]
    public partial void AdapterFailed(string @namespace, Exception exception);

    [LoggerMessage(109, LogLevel.Warning, "A middleware dropped '{EventName}' from socket {SocketId}")]
    public partial void EventRefused(string eventName, string socketId, Exception exception);

    [LoggerMessage(113, LogLevel.Error, "A connection handler of {Namespace} threw; socket {SocketId} is connected, but lacks what the handler had yet to do")]
    public partial void ConnectionHandlerFailed(string @namespace, string socketId, Exception exception);

    [LoggerMessage(114, LogLevel.Error, "A handler of the disconnect of socket {SocketId} threw")]
    public partial void DisconnectHandlerFailed(string socketId, Exception exception);

    public void NotMapped(string server)
    {
        if (server.Length == 0)
        {
            NotMapped("AddSocketIO()", "app.MapSocketIO()");
        }
        else
        {
            NotMapped($"AddSocketIO(\"{server}\")", $"app.MapSocketIO(path, \"{server}\")");
        }
    }

    [LoggerMessage(116, LogLevel.Warning, "A Socket.IO server was added ({Added}), but no endpoint leads to it: no client can connect. Call {Remedy}")]
    private partial void NotMapped(string added, string remedy);

    /// <summary>One line for what a client sent, however often it does; the stack is there for who asks for it.</summary>
    public void BadArgument(int position, ReadOnlySpan<char> eventName, string socketId, Type expected, Exception exception)
    {
        string name = LogText.Clean(eventName);
        BadArgument(position, name, socketId, expected, LogText.Clean(exception.Message, MaxReasonLength));
        BadArgumentDetails(position, name, socketId, exception);
    }

    [LoggerMessage(108, LogLevel.Warning, "Argument {Position} of '{EventName}' from socket {SocketId} is not a {ExpectedType}: {Reason}")]
    private partial void BadArgument(int position, string eventName, string socketId, Type expectedType, string reason);

    [LoggerMessage(115, LogLevel.Debug, "Why argument {Position} of '{EventName}' from socket {SocketId} could not be read")]
    private partial void BadArgumentDetails(int position, string eventName, string socketId, Exception exception);

    [LoggerMessage(121, LogLevel.Warning, "The answer of socket {SocketId} to '{EventName}' is not a {Type}: {Defect}")]
    public partial void BadAnswer(string socketId, string eventName, Type type, string defect);

    [LoggerMessage(130, LogLevel.Debug, "A handler of '{EventName}' ended with its socket {SocketId}: {Reason}")]
    public partial void EndedWithSocket(string eventName, string socketId, string reason);

    [LoggerMessage(131, LogLevel.Debug, "A middleware of {Namespace} ended with its socket {SocketId}, whose client has left: {Reason}")]
    public partial void AdmissionEnded(string @namespace, string socketId, string reason);

    [LoggerMessage(132, LogLevel.Information, "Socket {SocketId} was refused: what it sent is not of the form that a middleware of {Namespace} reads: {Reason}")]
    public partial void AuthUnreadable(string @namespace, string socketId, string reason);

    [LoggerMessage(133, LogLevel.Warning, "What socket {SocketId} sent with '{EventName}' is not of the form that a handler reads: {Reason}")]
    public partial void DataUnreadable(string eventName, string socketId, string reason);

    [LoggerMessage(134, LogLevel.Debug, "Why what socket {SocketId} sent with '{EventName}' could not be read")]
    public partial void DataUnreadableDetails(string eventName, string socketId, Exception exception);

    [LoggerMessage(135, LogLevel.Error, "Disposing the services of socket {SocketId} threw")]
    public partial void ServicesFailed(string socketId, Exception exception);

    [LoggerMessage(136, LogLevel.Error, "A handler of the rooms of {Namespace} threw; the rooms are as they should be")]
    public partial void RoomHandlerFailed(string @namespace, Exception exception);

    [LoggerMessage(137, LogLevel.Error, "A handler of OnNewNamespace for {Namespace} threw; the namespace does not exist, and the client was refused")]
    public partial void NewNamespaceFailed(string @namespace, Exception exception);

    [LoggerMessage(138, LogLevel.Information, "A client was refused the new namespace {Namespace}: there are {Limit}, and somebody is in each (option MaxNamespaces)")]
    public partial void TooManyNamespaces(string @namespace, int limit);

    [LoggerMessage(139, LogLevel.Information, "Connection {SessionId} was refused {Namespace}: its auth has {Size} bytes, {Limit} are allowed (option MaxAuthBytes)")]
    public partial void AuthTooLarge(string sessionId, string @namespace, int size, int limit);

    [LoggerMessage(160, LogLevel.Warning, "Connection {SessionId} sends more events than its rate limiter allows (option {Option}): '{EventName}' was dropped, and so will be later ones, without a line for each")]
    public partial void EventRateLimited(string sessionId, string eventName, string option);

    [LoggerMessage(161, LogLevel.Error, "A rate limiter threw; '{EventName}' from socket {SocketId} was dropped")]
    public partial void RateLimiterFailed(string eventName, string socketId, Exception exception);

    [LoggerMessage(162, LogLevel.Error, "'{EventName}' from socket {SocketId} could not be answered with what AnswerErrors made of its exception")]
    public partial void ErrorAnswerFailed(string eventName, string socketId, Exception exception);

    [LoggerMessage(140, LogLevel.Error, "Work on behalf of connection {SessionId} failed")]
    public partial void TaskFailed(string sessionId, Exception exception);
}
