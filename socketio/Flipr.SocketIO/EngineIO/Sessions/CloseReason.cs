namespace Flipr.SocketIO.EngineIO;

/// <summary>Why a session ended. The texts are those of Node's server wherever it has the case; applications compare them.</summary>
internal static class CloseReason
{
    public const string TransportError = "transport error";
    public const string TransportClose = "transport close";
    public const string ForcedClose = "forced close";
    public const string PingTimeout = "ping timeout";
    public const string ParseError = "parse error";
    public const string ServerShuttingDown = "server shutting down";
    public const string ForcedServerClose = "forced server close";

    /// <summary>Not in Node: the ticket of the connection's user has expired.</summary>
    public const string AuthenticationExpired = "authentication expired";

    /// <summary>Not in Node, whose buffers have no bound: the client did not take what was sent to it.</summary>
    public const string OutboundLimit = "outbound limit exceeded";

    /// <summary>Not in Node: the client sent more events than a rate limiter allows.</summary>
    public const string RateLimit = "rate limit exceeded";
}
