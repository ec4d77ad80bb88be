using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>An event that a client has sent, as filters and rate limiters see it.</summary>
public sealed class EventContext
{
    private readonly byte[] _json;
    private readonly byte[]? _original;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _attachments;
    private IReadOnlyList<JsonData>? _arguments;

    /// <param name="socket">Whose event it is.</param>
    /// <param name="json">The packet's JSON, which is kept.</param>
    /// <param name="original">The JSON before it was repaired, if it was.</param>
    /// <param name="attachments">The packet's attachments.</param>
    /// <param name="ack">Answers it.</param>
    internal EventContext(Socket socket, byte[] json, byte[]? original, IReadOnlyList<ReadOnlyMemory<byte>> attachments, Ack ack)
    {
        _json = json;
        _original = original;
        _attachments = attachments;
        Socket = socket;
        Ack = ack;
        EventName = EventPayload.ReadName(json, []).ToString();
    }

    /// <summary>Whose event it is.</summary>
    public Socket Socket { get; }

    /// <summary>The event's name.</summary>
    public string EventName { get; }

    /// <summary>The arguments, as they came; read when first asked for.</summary>
    public IReadOnlyList<JsonData> Arguments => _arguments ??= EventArguments.Read(_original ?? _json, _attachments, Socket.Serializer);

    /// <summary>Answers the event, if its client waits for an answer; the same as its handlers have. Whoever answers first is heard.</summary>
    public Ack Ack { get; }

    /// <summary>The event as handlers read it.</summary>
    internal ReadOnlySpan<byte> Json => _json;

    /// <summary>Bytes that it keeps, attachments included.</summary>
    internal long Size => _json.Length + _attachments.Sum(static attachment => (long)attachment.Length);

    /// <summary>Lets what is read on this thread find the event's attachments and original text, until <see cref="Scope.Dispose"/>.</summary>
    internal Scope Enter() => new(this);

    internal readonly ref struct Scope
    {
        private readonly IReadOnlyList<ReadOnlyMemory<byte>> _outer;
        private readonly OriginalText.Scope _outerText;

        public Scope(EventContext context)
        {
            _outer = AttachmentScope.Received;
            _outerText = OriginalText.Enter(context._original);
            AttachmentScope.Received = context._attachments;
        }

        public void Dispose()
        {
            AttachmentScope.Received = _outer;
            _outerText.Dispose();
        }
    }
}
