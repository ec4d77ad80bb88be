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

    /// <summary>Bytes in front of the JSON that its headers may take.</summary>
    public static int HeaderRoom(SocketIOSerializer serializer) => MessageBuffer.FrameRoom + PacketHeaderWriter.MaxLengthWithoutNamespace + serializer.MaxNamespaceLength;

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
        writer._buffer.Begin(HeaderRoom(serializer));
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

    /// <summary>Makes the packet of an event; the writer's buffer goes with it.</summary>
    /// <param name="wireName">The namespace that it is sent in, in UTF-8; empty for the default namespace.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="copyAttachments">Whether binary values are copied now: where sending may go on after the emitting method has returned.</param>
    public EventPacket ToPacket(byte[] wireName, string eventName, bool copyAttachments)
    {
        ReadOnlyMemory<byte>[] attachments = _attachments.Count == 0 ? [] : copyAttachments ? [.. _attachments.Select(bytes => new ReadOnlyMemory<byte>(bytes.ToArray()))] : [.. _attachments];
        var json = new Range(_buffer.Start, _buffer.End);
        return new EventPacket(_serializer, wireName, eventName, _buffer.Detach(), json, attachments);
    }

    /// <summary>Makes the message of an ack; the writer's buffer goes with it.</summary>
    public OutboundMessage ToAckMessage(IPacketParser parser, ReadOnlySpan<byte> ns, ulong? ackId)
    {
        return parser.Encode(_attachments.Count > 0 ? PacketType.BinaryAck : PacketType.Ack, ns, ackId, _buffer, _attachments, compress: true);
    }

    public void Dispose()
    {
        AttachmentScope.Collected = _outerCollected;
        _outerCollected = null;
        _attachments.Clear();
        _buffer.Trim(MaxKeptBytes);
        _cached = this;
    }
}
