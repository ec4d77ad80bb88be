using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>Writes packets as the server does, and reads them as the other side would.</summary>
internal static class Packets
{
    public const int MaxAttachments = 1000;

    public static readonly SocketIOSerializer Serializer = new(new SocketIOOptions(), SocketIOServer.MaxNamespaceLength);

    /// <summary>Writes an event (or an ack, without a name); the reader gets it in both forms that go over the wire.</summary>
    public static (Received FromFrames, Received FromPolling) Send(string? eventName, string ns, ulong? ackId, Action<EventWriter> write)
    {
        using EventWriter writer = eventName is null ? EventWriter.BeginAck(Serializer) : EventWriter.BeginEvent(Serializer, eventName);
        write(writer);
        writer.End();
        EventPacket? packet = eventName is null ? null : writer.ToPacket(Encoding.UTF8.GetBytes(ns), eventName, copyAttachments: false);
        OutboundMessage message = packet is null
            ? writer.ToAckMessage(JsonPacketParser.Instance, Encoding.UTF8.GetBytes(ns), ackId)
            : packet.CreateMessage(JsonPacketParser.Instance, ackId, compress: true);
        packet?.Release();
        (Received, Received) both = (Receive(ReadFrames(message.Frames.ToArray())), Receive(ReadPolling(message.PollingForm.ToArray())));
        message.Release();
        return both;
    }

    /// <summary>The messages in WebSocket frames, which must be final, unmasked, and have the shortest length.</summary>
    public static List<(byte[] Data, bool IsBinary)> ReadFrames(ReadOnlySpan<byte> frames)
    {
        List<(byte[], bool)> messages = [];
        while (!frames.IsEmpty)
        {
            Assert.Contains(frames[0], new byte[] { 0x81, 0x82 });
            (int header, int length) = frames[1] switch
            {
                < 126 => (2, frames[1]),
                126 => (4, BinaryPrimitives.ReadUInt16BigEndian(frames[2..])),
                127 => (10, (int)BinaryPrimitives.ReadUInt64BigEndian(frames[2..])),
                _ => throw new InvalidDataException("The frame is masked."),
            };
            Assert.Equal(length < 126 ? 2 : length < 65_536 ? 4 : 10, header);
            messages.Add((frames.Slice(header, length).ToArray(), frames[0] == 0x82));
            frames = frames[(header + length)..];
        }

        return messages;
    }

    /// <summary>The messages in a polling payload, read as the server reads one.</summary>
    public static List<(byte[] Data, bool IsBinary)> ReadPolling(Memory<byte> payload)
    {
        List<(byte[], bool)> messages = [];
        do
        {
            Assert.True(PollingPayload.TryReadPacket(ref payload, out EnginePacket packet));
            Assert.Equal(EnginePacketType.Message, packet.Type);
            messages.Add((packet.IsBinary ? packet.Data.ToArray() : [(byte)packet.Type, .. packet.Data.Span], packet.IsBinary));
        }
        while (!payload.IsEmpty);
        return messages;
    }

    public static List<JsonData> ReadArguments(ReadOnlySpan<byte> json, bool isEvent, IReadOnlyList<ReadOnlyMemory<byte>> attachments)
    {
        List<JsonData> arguments = [];
        AttachmentScope.Received = attachments;
        try
        {
            for (Utf8JsonReader reader = EventPayload.ReadArguments(json, Serializer.MaxDepth, isEvent); reader.TokenType != JsonTokenType.EndArray; reader.Read())
            {
                arguments.Add(new JsonData(JsonElement.ParseValue(ref reader), attachments, Serializer.Options));
            }
        }
        finally
        {
            AttachmentScope.Received = [];
        }

        return arguments;
    }

    private static Received Receive(List<(byte[] Data, bool IsBinary)> messages)
    {
        Assert.False(messages[0].IsBinary);
        Assert.All(messages.Skip(1), static message => Assert.True(message.IsBinary));
        Assert.Equal((byte)'4', messages[0].Data[0]);
        byte[] text = messages[0].Data[1..];
        Assert.Null(PacketReader.Read(text, MaxAttachments, out PacketHeader header));
        bool isEvent = header.Type is PacketType.Event or PacketType.BinaryEvent;
        byte[] json = text[header.PayloadStart..];
        ReadOnlyMemory<byte>[] attachments = [.. messages.Skip(1).Select(static message => (ReadOnlyMemory<byte>)message.Data)];
        Assert.Equal(header.Attachments, attachments.Length);
        Assert.Null(EventPayload.Validate(json, Serializer.MaxDepth, header.Attachments, MaxAttachments, isEvent));
        return new Received(
            header.Type,
            Encoding.UTF8.GetString(text[header.Namespace]),
            header.AckId,
            isEvent ? EventPayload.ReadName(json, stackalloc char[4]).ToString() : null,
            ReadArguments(json, isEvent, attachments),
            attachments);
    }

    /// <summary>A packet as the other side has it.</summary>
    internal sealed record Received(
        PacketType Type, string Namespace, ulong? AckId, string? Name, IReadOnlyList<JsonData> Arguments, IReadOnlyList<ReadOnlyMemory<byte>> Attachments);
}
