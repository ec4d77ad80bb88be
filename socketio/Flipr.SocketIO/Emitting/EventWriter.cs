using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO;

/// <summary>Writes one event or ack: JSON once, into a pooled buffer with room for every header in front.</summary>
/// <remarks>One instance per thread is kept and reused; what it holds is returned when the message is finished.</remarks>
internal sealed class EventWriter : IDisposable
{
    // A buffer that has grown beyond this is not kept for the next message.
    private const int MaxKeptBytes = 64 * 1024;

    [ThreadStatic]
    private static EventWriter? _cached;

    private readonly MessageBuffer _buffer = new();
    private readonly List<ReadOnlyMemory<byte>> _attachments = [];
    private readonly Utf8JsonWriter _json;
    private List<ReadOnlyMemory<byte>>? _outerCollected;
    private SocketIOSerializer _serializer;

    private EventWriter(SocketIOSerializer serializer)
    {
        _serializer = serializer;
        _json = new Utf8JsonWriter(_buffer, serializer.WriterOptions);
    }

    /// <summary>Starts an event.</summary>
    /// <exception cref="ArgumentException">The name is <see langword="null"/>, or one that Socket.IO reserves.</exception>
    public static EventWriter BeginEvent(SocketIOSerializer serializer, string eventName)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        return ReservedEvents.Contains(eventName)
            ? throw new ArgumentException($"'{eventName}' is reserved by Socket.IO; choose another event name.", nameof(eventName))
            : Begin(serializer, eventName);
    }

    /// <summary>Starts an ack, which has no name.</summary>
    public static EventWriter BeginAck(SocketIOSerializer serializer) => Begin(serializer, eventName: null);

    private static EventWriter Begin(SocketIOSerializer serializer, string? eventName)
    {
        EventWriter writer = _cached is { } cached && cached._serializer.WriterOptions.Equals(serializer.WriterOptions)
            ? cached
            : new EventWriter(serializer);
        _cached = null;
        writer._serializer = serializer;
        writer._outerCollected = AttachmentScope.Collected;
        AttachmentScope.Collected = writer._attachments;
        writer._buffer.Begin(MessageBuffer.FrameRoom + PacketHeaderWriter.MaxLengthWithoutNamespace + serializer.MaxNamespaceLength);
        writer._json.Reset(writer._buffer);
        try
        {
            writer._json.WriteStartArray();
            if (eventName is not null)
            {
                writer._json.WriteStringValue(eventName);
            }

            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Writes an argument as <typeparamref name="T"/>; as its own type where <typeparamref name="T"/> is <see cref="object"/>.</summary>
    public void Write<T>(T value)
    {
        if (value is null)
        {
            _json.WriteNullValue();
        }
        else if (typeof(T) == typeof(object))
        {
            // The nodes' own types are internal: only their base has metadata without reflection.
            Type type = value is JsonNode ? typeof(JsonNode) : value.GetType();
            JsonSerializer.Serialize(_json, value, _serializer.Options.GetTypeInfo(type));
        }
        else
        {
            JsonSerializer.Serialize(_json, value, (JsonTypeInfo<T>)_serializer.Options.GetTypeInfo(typeof(T)));
        }
    }

    /// <summary>Ends the JSON.</summary>
    /// <exception cref="ArgumentException">Raw JSON among the arguments looks like an attachment placeholder, in a packet that has attachments.</exception>
    public void End()
    {
        _json.WriteEndArray();
        _json.Flush();
        if (_attachments.Count > 0)
        {
            AttachmentGuard.Check(_buffer.Written.Span, _attachments.Count);
        }
    }

    /// <summary>Reads back what was written: for listeners of outgoing events.</summary>
    public IReadOnlyList<JsonData> ReadArguments()
    {
        // What is passed on may nest deeper than what is received.
        using JsonDocument document = JsonDocument.Parse(_buffer.Written, new JsonDocumentOptions { MaxDepth = int.MaxValue });
        ReadOnlyMemory<byte>[] attachments = [.. _attachments];
        return [.. document.RootElement.EnumerateArray().Skip(1).Select(element => new JsonData(element.Clone(), attachments, _serializer.Options))];
    }

    /// <summary>Makes the message; the writer's buffer goes with it.</summary>
    public OutboundMessage ToMessage(ReadOnlySpan<byte> ns, ulong? ackId, bool isAck, bool compress)
    {
        Prepend(_buffer, ns, ackId, isAck);
        return OutboundMessage.FromText(_buffer, _attachments, compress);
    }

    /// <summary>Makes a message and keeps the JSON for the next one: for packets that differ in their ack id only.</summary>
    public OutboundMessage CopyToMessage(ReadOnlySpan<byte> ns, ulong? ackId, bool compress)
    {
        var copy = new MessageBuffer();
        copy.Begin(_buffer.Start, _buffer.Written.Length);
        copy.Write(_buffer.Written.Span);
        Prepend(copy, ns, ackId, isAck: false);
        return OutboundMessage.FromText(copy, _attachments, compress);
    }

    public void Dispose()
    {
        AttachmentScope.Collected = _outerCollected;
        _outerCollected = null;
        _attachments.Clear();
        _buffer.Trim(MaxKeptBytes);
        _cached = this;
    }

    private void Prepend(MessageBuffer buffer, ReadOnlySpan<byte> ns, ulong? ackId, bool isAck)
    {
        bool isBinary = _attachments.Count > 0;
        PacketType type = isAck
            ? isBinary ? PacketType.BinaryAck : PacketType.Ack
            : isBinary ? PacketType.BinaryEvent : PacketType.Event;
        Span<byte> header = stackalloc byte[PacketHeaderWriter.MaxLengthWithoutNamespace + ns.Length];
        int length = PacketHeaderWriter.Write(header, type, _attachments.Count, ns, ackId);
        buffer.Prepend(header[..length]);
    }
}
