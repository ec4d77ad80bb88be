namespace Flipr.SocketIO.EngineIO;

/// <summary>How a session's messages travel. Every member is called under the session's gate.</summary>
internal abstract class Transport
{
    /// <summary>The name on the wire: <c>polling</c> or <c>websocket</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a message would go out at once; if not, volatile messages are dropped.</summary>
    public abstract bool IsWritable { get; }

    /// <summary>Bytes taken from the session's queue that the peer has not been seen to take.</summary>
    public abstract long PendingBytes { get; }

    /// <summary>Sends a message at once, past the empty queue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="mayDefer">Whether the caller sees to it that <see cref="FlushDeferred"/> is called soon.</param>
    public virtual SendOutcome TrySend(OutboundMessage message, bool mayDefer) => SendOutcome.NotTaken;

    /// <summary>Flushes what <see cref="TrySend"/> has left unflushed.</summary>
    public virtual void FlushDeferred()
    {
    }

    /// <summary>Sends as much as the transport takes now; it calls itself again when it can take more.</summary>
    public abstract void Pump();

    /// <summary>The session is closing: send what is queued, then end.</summary>
    /// <param name="reason">Why, as in <see cref="CloseReason"/>.</param>
    public abstract void Close(string reason);

    /// <summary>Ends at once, whatever is queued.</summary>
    public abstract void Abort();
}
