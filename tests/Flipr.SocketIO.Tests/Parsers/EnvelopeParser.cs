using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO.Tests.Parsers;

/// <summary>
/// Another form of packets, as far from Socket.IO's own as msgpack is: each packet is one binary message, an envelope with the fields of the
/// packet and the binary values inside. It writes down what it encodes.
/// </summary>
internal sealed class EnvelopeParser : IPacketParser
{
    /// <summary>What was encoded, in order: one entry for each time.</summary>
    public ConcurrentQueue<string> Encoded { get; } = new();

    public bool KeepsJson => false;

    public IPacketDecoder CreateDecoder(int maxAttachments) => new Decoder();

    public OutboundMessage Encode(PacketType type, ReadOnlySpan<byte> ns, ulong? ackId, MessageBuffer json, IReadOnlyList<ReadOnlyMemory<byte>> attachments, bool compress)
    {
        ReadOnlyMemory<byte> payload = json.Written;
        byte[] envelope = Write(type, System.Text.Encoding.UTF8.GetString(ns), ackId, payload.IsEmpty ? null : JsonNode.Parse(payload.Span), attachments);
        Encoded.Enqueue(System.Text.Encoding.UTF8.GetString(envelope));
        json.Trim(0);
        json.Begin(MessageBuffer.FrameRoom, envelope.Length);
        json.Write(envelope);
        return OutboundMessage.FromBinary(json, compress);
    }

    /// <summary>A packet as a client of this parser sends it, and as it gets it.</summary>
    public static byte[] Write(PacketType type, string ns, ulong? ackId, JsonNode? data, IReadOnlyList<ReadOnlyMemory<byte>>? attachments = null)
    {
        var envelope = new JsonObject { ["type"] = (int)type, ["nsp"] = ns };
        if (ackId is not null)
        {
            envelope["id"] = ackId;
        }

        if (data is not null)
        {
            envelope["data"] = data.DeepClone();
        }

        if (attachments is { Count: > 0 })
        {
            envelope["bin"] = new JsonArray([.. attachments.Select(bytes => (JsonNode)Convert.ToBase64String(bytes.Span))]);
        }

        return JsonSerializer.SerializeToUtf8Bytes((JsonNode)envelope);
    }

    private sealed class Decoder : IPacketDecoder
    {
        public PacketDefect? Decode(ReadOnlyMemory<byte> data, bool isBinary, out DecodedPacket packet)
        {
            packet = default;
            if (!isBinary)
            {
                return new PacketDefect("text, where every packet is bytes");
            }

            using JsonDocument envelope = JsonDocument.Parse(data);
            var type = (PacketType)envelope.RootElement.GetProperty("type").GetInt32();
            packet = new DecodedPacket(
                type switch { PacketType.BinaryEvent => PacketType.Event, PacketType.BinaryAck => PacketType.Ack, _ => type },
                System.Text.Encoding.UTF8.GetBytes(envelope.RootElement.GetProperty("nsp").GetString()!),
                envelope.RootElement.TryGetProperty("id", out JsonElement id) ? id.GetUInt64() : null,
                envelope.RootElement.TryGetProperty("data", out JsonElement json) ? System.Text.Encoding.UTF8.GetBytes(json.GetRawText()) : [],
                envelope.RootElement.TryGetProperty("bin", out JsonElement bin) ? [.. bin.EnumerateArray().Select(value => new ReadOnlyMemory<byte>(value.GetBytesFromBase64()))] : null);
            return null;
        }
    }
}
