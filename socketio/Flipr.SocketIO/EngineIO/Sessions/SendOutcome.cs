namespace Flipr.SocketIO.EngineIO;

/// <summary>What became of a message given to a transport.</summary>
internal enum SendOutcome
{
    /// <summary>It belongs in the queue.</summary>
    NotTaken,

    /// <summary>It is on its way, or will be with a flush that is due already.</summary>
    Sent,

    /// <summary>It is written; the caller owes a flush.</summary>
    NeedsFlush,
}
