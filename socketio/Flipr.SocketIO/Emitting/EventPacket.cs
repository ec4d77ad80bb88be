using System.Buffers;
using System.Text.Json;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>
/// An event between emitting and sending: its name and arguments, written as JSON once. What goes over the wire is made of it when the
/// first recipient needs it, and shared by all others.
/// </summary>
/// <remarks>
/// Its JSON lies in a pooled buffer, which the first wire form takes over with room for its headers in front: an event that is sent once is
/// never copied. The packet is valid until the adapter's method that it was given to has completed; after that its members throw.
/// Not thread-safe.
/// </remarks>
public sealed class EventPacket
{
    private readonly SocketIOSerializer _serializer;
    private readonly byte[] _wireName;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _attachments;
    private readonly int _start;
    private byte[]? _buffer;
    private int _end;
    private OutboundMessage? _holder;
    private OutboundMessage? _shared;
    private IPacketParser? _sharedParser;
    private Dictionary<(IPacketParser Parser, bool Compress), OutboundMessage>? _otherForms;
    private IReadOnlyList<JsonData>? _arguments;

    /// <param name="serializer">Whose options the arguments are read back by.</param>
    /// <param name="wireName">The namespace that it is sent in, in UTF-8; empty for the default namespace.</param>
    /// <param name="name">The event's name.</param>
    /// <param name="buffer">From the array pool; taken over. Has room for the headers in front of the JSON.</param>
    /// <param name="json">Where the JSON stands in it.</param>
    /// <param name="attachments">What the placeholders stand for.</param>
    internal EventPacket(SocketIOSerializer serializer, byte[] wireName, string name, byte[] buffer, Range json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        _serializer = serializer;
        _wireName = wireName;
        _buffer = buffer;
        (_start, int length) = json.GetOffsetAndLength(buffer.Length);
        _end = _start + length;
        _attachments = attachments;
        Name = name;
    }

    /// <summary>The event's name.</summary>
    public string Name { get; }

    /// <summary>The name and the arguments as a JSON array in UTF-8; an attachment stands in it as <c>{"_placeholder":true,"num":n}</c>.</summary>
    /// <exception cref="ObjectDisposedException">The packet has been sent.</exception>
    public ReadOnlyMemory<byte> Json =>
        _buffer is not null ? _buffer.AsMemory(_start.._end)
        : _holder is not null ? _holder.Slice(_start.._end)
        : throw new ObjectDisposedException(nameof(EventPacket), "The event has been sent: copy what is to be kept.");

    /// <summary>The binary values in the arguments, by the <c>num</c> of their placeholders.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Attachments => _attachments;

    /// <summary>The arguments, parsed; they stay valid.</summary>
    /// <exception cref="ObjectDisposedException">The packet has been sent.</exception>
    public IReadOnlyList<JsonData> Arguments => _arguments ??= ReadArguments();

    /// <summary>To how many sockets of this server it went, as far as that is known.</summary>
    internal int RecipientCount { get; set; }

    /// <summary>Makes a packet of what another server has sent.</summary>
    /// <param name="ns">The namespace that it is sent in.</param>
    /// <param name="json">The name and the arguments as a JSON array in UTF-8.</param>
    /// <param name="attachments">What the placeholders in it stand for; they are not copied.</param>
    /// <exception cref="ArgumentException">It is not the JSON of an event, nests too deeply, or its placeholders are not those of the attachments.</exception>
    public static EventPacket FromJson(Namespace ns, ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null)
    {
        ArgumentNullException.ThrowIfNull(ns);
        attachments ??= [];
        if (EventPayload.Validate(json, ns.Serializer.MaxDepth, attachments.Count, attachments.Count, isEvent: true) is { } defect)
        {
            throw new ArgumentException($"This is not an event: {defect}.", nameof(json));
        }

        return Copy(ns, EventPayload.ReadName(json, []).ToString(), json, attachments);
    }

    /// <summary>Adds a last argument, before anything has been made of the packet: the offset that recovery counts by.</summary>
    /// <param name="argument">The argument.</param>
    /// <exception cref="InvalidOperationException">The packet is on its way already.</exception>
    public void AppendArgument(string argument)
    {
        if (_buffer is null)
        {
            throw new InvalidOperationException("The event is on its way already; add to it before it goes to a socket.");
        }

        JsonEncodedText text = JsonEncodedText.Encode(argument, _serializer.Options.Encoder);
        int added = text.EncodedUtf8Bytes.Length + 3;
        if (_buffer.Length - _end < added)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_end + added);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        // In the place of the closing bracket.
        Span<byte> tail = _buffer.AsSpan(_end - 1);
        ",\""u8.CopyTo(tail);
        text.EncodedUtf8Bytes.CopyTo(tail[2..]);
        "\"]"u8.CopyTo(tail[(2 + text.EncodedUtf8Bytes.Length)..]);
        _end += added;
        _arguments = null;
    }

    /// <summary>The same event in another namespace.</summary>
    internal EventPacket CopyTo(Namespace ns) => Copy(ns, Name, Json.Span, _attachments);

    /// <summary>What all recipients with this parser share: made once.</summary>
    /// <param name="parser">How packets look on the recipient's connection.</param>
    /// <param name="compress">Whether transports that can compress should do so.</param>
    internal OutboundMessage MessageFor(IPacketParser parser, bool compress)
    {
        if (_sharedParser == parser && _shared!.Compress == compress)
        {
            return _shared;
        }

        if (_sharedParser is null)
        {
            _shared = CreateMessage(parser, ackId: null, compress);
            _sharedParser = parser;
            return _shared;
        }

        _otherForms ??= [];
        if (!_otherForms.TryGetValue((parser, compress), out OutboundMessage? message))
        {
            _otherForms[(parser, compress)] = message = CreateMessage(parser, ackId: null, compress);
        }

        return message;
    }

    /// <summary>A message of its own: the reference is the caller's.</summary>
    /// <param name="parser">How packets look on the recipient's connection.</param>
    /// <param name="ackId">The ack id, if an answer is wanted.</param>
    /// <param name="compress">Whether a transport that can compress should do so.</param>
    internal OutboundMessage CreateMessage(IPacketParser parser, ulong? ackId, bool compress)
    {
        PacketType type = _attachments.Count > 0 ? PacketType.BinaryEvent : PacketType.Event;
        if (_buffer is not null && parser.KeepsJson)
        {
            var buffer = new MessageBuffer(_buffer, _start, _end);
            _buffer = null;
            _holder = parser.Encode(type, _wireName, ackId, buffer, _attachments, compress);
            _holder.Retain();
            return _holder;
        }

        ReadOnlySpan<byte> json = Json.Span;
        var copy = new MessageBuffer();
        copy.Begin(_start, json.Length);
        copy.Write(json);
        return parser.Encode(type, _wireName, ackId, copy, _attachments, compress);
    }

    /// <summary>Ends the packet; messages made of it live on until they are sent.</summary>
    internal void Release()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }

        _holder?.Release();
        _shared?.Release();
        foreach (OutboundMessage message in _otherForms?.Values ?? Enumerable.Empty<OutboundMessage>())
        {
            message.Release();
        }

        _holder = _shared = null;
        _sharedParser = null;
        _otherForms = null;
    }

    private static EventPacket Copy(Namespace ns, string name, ReadOnlySpan<byte> json, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        int start = EventWriter.HeaderRoom(ns.Serializer);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(start + json.Length);
        json.CopyTo(buffer.AsSpan(start));
        return new EventPacket(ns.Serializer, ns.WireNameBytes, name, buffer, start..(start + json.Length), attachments);
    }

    private JsonData[] ReadArguments()
    {
        // What is passed on may nest deeper than what is received.
        using JsonDocument document = JsonDocument.Parse(Json, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        return [.. document.RootElement.EnumerateArray().Skip(1).Select(element => new JsonData(element.Clone(), _attachments, _serializer.Options))];
    }
}
