namespace Flipr.SocketIO;

/// <summary>The socket disconnected before it answered.</summary>
public sealed class SocketDisconnectedException : Exception
{
    internal SocketDisconnectedException(string socketId, string reason)
        : base($"Socket {socketId} disconnected ({reason}) before it answered.") => Reason = reason;

    /// <summary>Why it disconnected.</summary>
    public string Reason { get; }
}
