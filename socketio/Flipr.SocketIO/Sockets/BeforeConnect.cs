using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO;

/// <summary>What middleware has done with a socket that has yet to connect: the rooms it will be in, and what it will be sent after its CONNECT packet.</summary>
internal sealed class BeforeConnect
{
    /// <summary>The rooms.</summary>
    public HashSet<string> Rooms { get; } = new(StringComparer.Ordinal);

    /// <summary>The messages, each retained.</summary>
    public List<OutboundMessage> Messages { get; } = [];

    /// <summary>How many bytes the messages have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Keeps a message, unless it and the others are more than <paramref name="limit"/> bytes; a single one may be.</summary>
    public bool TryKeep(OutboundMessage message, long limit)
    {
        if (Messages.Count > 0 && Bytes + message.Size > limit)
        {
            return false;
        }

        message.Retain();
        Messages.Add(message);
        Bytes += message.Size;
        return true;
    }
}
