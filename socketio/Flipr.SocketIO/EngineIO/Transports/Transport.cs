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

    /// <summary>Whether another transport may take over from this one.</summary>
    public virtual bool CanUpgrade => false;

    /// <summary>Whether it has no connection of its own whose end it would report: it is over when its session is.</summary>
    public virtual bool EndsWithSession => false;

    /// <summary>Whether it is in the middle of what the client sends: no other transport may take over before the end.</summary>
    public virtual bool IsReceiving => false;

    /// <summary>Whether the client closed the session while it had no poll here: one may be on its way.</summary>
    public virtual bool OwesPoll => false;

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

    /// <summary>The client has probed it, to have it take over: it answers, past the session's queue.</summary>
    public virtual void AnswerProbe() => throw new NotSupportedException($"{Name} takes over from no other transport.");

    /// <summary>The session is over, whatever transport it has now: an answer that its client does not read must not outlive it.</summary>
    public virtual void AbortAnswer()
    {
    }

    /// <summary>The session is closing: send what is queued, then end.</summary>
    /// <param name="reason">Why, as in <see cref="CloseReason"/>.</param>
    public abstract void Close(string reason);

    /// <summary>Ends at once, whatever is queued.</summary>
    public abstract void Abort();
}
