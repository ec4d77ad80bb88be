using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;
using static Flipr.SocketIO.Fuzz.FindingException;

namespace Flipr.SocketIO.Fuzz;

/// <summary>A Socket.IO packet: its text up to a byte that UTF-8 does not have, then attachments, each ended by such a byte.</summary>
internal sealed class PacketTarget : IFuzzTarget
{
    private const byte Delimiter = 0xff;
    private const int MaxAttachments = 4;

    private static readonly string[] Legal =
    [
        "0", "0/admin,", "0{\"token\":\"x\"}", "0/admin,{\"token\":{\"a\":[1]}}", "1", "1/admin,", "2[\"a\"]", "2/admin,13[\"message\",{\"text\":\"ä😀\"},[1,2.5,null,true]]", "30[]",
        "3/admin,456[{\"status\":\"ok\"}]", "4{\"message\":\"no\"}", "51-[\"image\",{\"_placeholder\":true,\"num\":0}]", "52-/admin,7[\"images\",{\"a\":[{\"_placeholder\":true,\"num\":1}],\"b\":{\"num\":0,\"_placeholder\":true}}]",
        "61-0[{\"_placeholder\":true,\"num\":0}]", "2[\"r\",{\"id\":1,\"name\":\"n\",\"picture\":\"AQID\",\"tags\":[\"a\"],\"next\":{\"id\":2}}]", "2[\"\\ud83d\\ude00\",\"\\u0000\"]",
        // Findings of old.
        "2[\"\\udc00\"]", "2[\"x\",\"\\ud800\"]", "51-[\"a\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]",
    ];

    private readonly SocketIOSerializer _serializer = new(new SocketIOOptions(), SocketIOServer.MaxNamespaceLength);
    private readonly List<TypedRead> _reads = [];

    public PacketTarget()
    {
        AddRead<JsonData>();
        AddRead<JsonElement>();
        AddRead<JsonNode>();
        AddRead<string>();
        AddRead<bool>();
        AddRead<int>();
        AddRead<ulong?>();
        AddRead<double>();
        AddRead<decimal>();
        AddRead<Guid>();
        AddRead<DateTimeOffset>();
        AddRead<byte[]>();
        AddRead<Memory<byte>>();
        AddRead<ReadOnlyMemory<byte>>();
        AddRead<byte[][]>();
        AddRead<Dictionary<string, JsonData>>();
        AddRead<Sample>();
        AddRead<Sample[]>();
    }

    private delegate void TypedRead(ref ArgumentReader reader);

    public string Name => "packets";

    public IEnumerable<byte[]> Seeds => Legal.Select(Encoding.UTF8.GetBytes);

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. ((string[])
        [
            "0", "1", "2", "3", "4", "5", "6", "1-", "4-", "5-", "10-", "-", "/", "/a", ",", "/a,", "0", "00", "18446744073709551615", "18446744073709551616", "[", "]", "{", "}", ":", "\"", "\\", "\"a\"", "\"id\":", "\"name\":",
            "\"picture\":", "\"next\":", "\"tags\":", "{\"_placeholder\":true,\"num\":0}", "{\"_placeholder\":true,\"num\":1}", "\"_placeholder\":", "\"num\":", "true", "null", "-1", "1e999", "\\ud800", "\\ud83d\\ude00", "\\u0061",
            "😀", "\ufeff", "\0", "//", "/**/", " ", "\n", "connect", "newListener", "[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":{\"a\":",
        ]).Select(Encoding.UTF8.GetBytes), [Delimiter], [0xc0, 0x80], [0xed, 0xa0, 0x80],
    ];

    public byte[] Generate(Random random)
    {
        var text = new StringBuilder();
        int type = random.Next(20) == 0 ? 7 : random.Next(4) == 0 ? random.Next(7) : random.Next(2) == 0 ? 2 : 5;
        text.Append(type);
        if (type is 5 or 6)
        {
            text.Append(random.Next(1, random.Next(10) == 0 ? 8 : MaxAttachments + 1)).Append('-');
        }

        text.Append(random.Next(4) switch { 0 => "/admin,", 1 => "/ä😀,", _ => "" });
        text.Append(random.Next(3) switch { 0 => Grammar.Number(random), 1 => "12", _ => "" });
        text.Append('[').Append(type is 2 or 5 ? $"\"{Grammar.Text(random)}\"" : "null");
        for (int i = random.Next(4); i > 0; i--)
        {
            text.Append(',');
            Grammar.Json(random, text, depth: 3);
        }

        text.Append(']');
        return [.. Encoding.UTF8.GetBytes(text.ToString()), Delimiter, (byte)random.Next(256), Delimiter];
    }

    public string Run(byte[] input)
    {
        byte[][] parts = Split(input);
        byte[] text = parts[0];
        string? defect = PacketReader.Read(text, MaxAttachments, out PacketHeader header)?.Text;
        if (defect is not null)
        {
            Require(defect.Length > 0 && header == default, "A refused packet has no message, or a header.");
            return defect;
        }

        CheckHeader(text, header);
        if (header.Type is PacketType.Connect or PacketType.Disconnect or PacketType.ConnectError)
        {
            return $"{header.Type}";
        }

        bool isEvent = header.Type is PacketType.Event or PacketType.BinaryEvent;
        byte[] json = text[header.PayloadStart..];
        defect = EventPayload.Validate(json, _serializer.MaxDepth, header.Attachments, MaxAttachments, isEvent)?.Text;
        if (defect is not null)
        {
            Require(defect.Length > 0, "A refused payload has no message.");
            return header.Type + (defect.Contains('\'') ? "reserved" : defect);
        }

        if (!Utf8.IsValid(text))
        {
            // Neither transport lets it come this far: checked up to here only.
            return $"{header.Type} invalid UTF-8";
        }

        byte[]? repaired = JsonText.Repair(json);
        ReadOnlyMemory<byte>[] attachments = [.. Enumerable.Range(1, header.Attachments).Select(index => (ReadOnlyMemory<byte>)(index < parts.Length ? parts[index] : [(byte)index, 0, 0xff]))];
        AttachmentScope.Received = attachments;
        using OriginalText.Scope scope = OriginalText.Enter(repaired is null ? null : json);
        try
        {
            return $"{header.Type} {header.AckId.HasValue} {!text[header.Namespace].AsSpan().IsEmpty} {repaired is null} {ReadTyped(repaired ?? json, isEvent)} {CheckRoundTrip(text, header, json, repaired ?? json, isEvent)}";
        }
        finally
        {
            AttachmentScope.Received = [];
        }
    }

    /// <summary>What a header says, written down, is read as the same header.</summary>
    private static void CheckHeader(byte[] text, PacketHeader header)
    {
        bool isBinary = header.Type is PacketType.BinaryEvent or PacketType.BinaryAck;
        Require(isBinary ? header.Attachments is >= 1 and <= MaxAttachments : header.Attachments == 0, "The number of attachments is impossible.");
        Require(header.PayloadStart >= 1 && header.PayloadStart <= text.Length, "The payload does not begin within the packet.");

        ReadOnlySpan<byte> ns = text.AsSpan(header.Namespace);
        var written = new byte[PacketHeaderWriter.MaxLengthWithoutNamespace + ns.Length];
        int length = PacketHeaderWriter.Write(written, header.Type, header.Attachments, ns, header.AckId);
        Require(PacketReader.Read(written.AsSpan(0, length), MaxAttachments, out PacketHeader again) is null, "A header that was read cannot be read again.");
        Require(
            again.Type == header.Type && again.Attachments == header.Attachments && again.AckId == header.AckId && ns.SequenceEqual(written.AsSpan(again.Namespace)) && again.PayloadStart == length,
            "A header that was read is another one when it is read again.");

        // Nothing is rewritten: the header's bytes are those that arrived, but for a comma or slash that may be left out.
        string arrived = Encoding.Latin1.GetString(text.AsSpan(0, header.PayloadStart)).Replace("/,", "", StringComparison.Ordinal).TrimEnd(',', '/');
        Require(arrived == Encoding.Latin1.GetString(written.AsSpan(0, length)).TrimEnd(',', '/') || ns.EndsWith("/"u8), "A header was rewritten.");
    }

    /// <summary>Reads the first argument as each of the types; only a JsonException may say that it is not of that type.</summary>
    private string ReadTyped(byte[] json, bool isEvent)
    {
        if (isEvent)
        {
            string name = EventPayload.ReadName(json, stackalloc char[8]).ToString();
            using JsonDocument document = JsonDocument.Parse(json);
            Require(name == document.RootElement[0].GetString(), "The event's name is read wrongly.");
            Require(!ReservedEvents.Contains(name), "A reserved name passes.");
        }

        var accepted = new StringBuilder();
        foreach (TypedRead read in _reads)
        {
            var reader = new ArgumentReader(EventPayload.ReadArguments(json, _serializer.MaxDepth, isEvent), _serializer.Options, default);
            try
            {
                read(ref reader);
                read(ref reader);
                accepted.Append('1');
            }
            catch (JsonException)
            {
                // The documented answer to an argument of another type.
                accepted.Append('0');
            }
        }

        return accepted.ToString();
    }

    /// <summary>Arguments that are passed on arrive as they came, attachments included.</summary>
    private string CheckRoundTrip(byte[] text, PacketHeader header, byte[] json, byte[] repaired, bool isEvent)
    {
        List<JsonData> arguments = ReadAll(json, isEvent);
        string? name = isEvent ? EventPayload.ReadName(repaired, []).ToString() : null;
        byte[] ns = text[header.Namespace];
        if (ns.Length > SocketIOServer.MaxNamespaceLength)
        {
            // No such namespace exists.
            ns = [];
        }

        byte[] sent;
        List<ReadOnlyMemory<byte>> sentAttachments = [];
        using (EventWriter writer = name is null ? EventWriter.BeginAck(_serializer) : EventWriter.BeginEvent(_serializer, name))
        {
            foreach (JsonData argument in arguments)
            {
                writer.Write(argument);
            }

            writer.End();
            EventPacket? packet = name is null ? null : writer.ToPacket(ns, name, copyAttachments: false);
            Require(packet is null || packet.Arguments.Count == arguments.Count, "A listener of outgoing events sees other arguments.");
            OutboundMessage message = packet is null
                ? writer.ToAckMessage(JsonPacketParser.Instance, ns, header.AckId)
                : packet.CreateMessage(JsonPacketParser.Instance, header.AckId, compress: true);
            packet?.Release();
            sent = message.Text.ToArray()[1..];
            for (int i = 0; i < message.AttachmentCount; i++)
            {
                sentAttachments.Add(message.Attachment(i).ToArray());
            }

            message.Release();
        }

        Require(sentAttachments.Count <= MaxAttachments, "Passed on, the packet has more attachments than one may have.");
        Require(PacketReader.Read(sent, MaxAttachments, out PacketHeader again) is null, "What was passed on cannot be read.");
        Require(again.Attachments == sentAttachments.Count && again.AckId == header.AckId, "What was passed on has another header.");
        byte[] payload = sent[again.PayloadStart..];
        Require(EventPayload.Validate(payload, _serializer.MaxDepth, again.Attachments, MaxAttachments, isEvent) is null, "What was passed on is refused.");
        AttachmentScope.Received = sentAttachments;
        List<JsonData> received = ReadAll(payload, isEvent);
        Require(received.Count == arguments.Count, "Arguments were lost or added.");
        for (int i = 0; i < received.Count; i++)
        {
            Require(Same(arguments[i].Json, arguments[i].Attachments, received[i].Json, received[i].Attachments), "An argument changed on its way.");
        }

        return $"{Math.Min(arguments.Count, 3)} {sentAttachments.Count}";
    }

    private List<JsonData> ReadAll(byte[] json, bool isEvent)
    {
        List<JsonData> arguments = [];
        Utf8JsonReader reader = EventPayload.ReadArguments(json, _serializer.MaxDepth, isEvent);
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            arguments.Add(new JsonData(JsonElement.ParseValue(ref reader), AttachmentScope.Received, _serializer.Options));
        }

        return arguments;
    }

    private static bool Same(JsonElement left, IReadOnlyList<ReadOnlyMemory<byte>> leftAttachments, JsonElement right, IReadOnlyList<ReadOnlyMemory<byte>> rightAttachments)
    {
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object:
                if (Attachment(left, leftAttachments) is { } attachment)
                {
                    return Attachment(right, rightAttachments) is { } other && attachment.Span.SequenceEqual(other.Span);
                }

                return left.EnumerateObject().Count() == right.EnumerateObject().Count()
                    && left.EnumerateObject().Zip(right.EnumerateObject()).All(pair => Same(pair.First, pair.Second) && Same(pair.First.Value, leftAttachments, pair.Second.Value, rightAttachments));
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength()
                    && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => Same(pair.First, leftAttachments, pair.Second, rightAttachments));
            case JsonValueKind.Number:
                return left.GetRawText() == right.GetRawText();
            case JsonValueKind.String:
                return left.GetRawText() == right.GetRawText() || Text(left.GetRawText()) == Text(right.GetRawText());
            default:
                return JsonElement.DeepEquals(left, right);
        }
    }

    private static bool Same(JsonProperty left, JsonProperty right) => NameOf(left) == NameOf(right);

    // A name with half a character in it has no Name.
    private static string NameOf(JsonProperty property)
    {
        string text = property.ToString();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes("{" + text + "}"), new JsonReaderOptions { MaxDepth = int.MaxValue });
        reader.Read();
        reader.Read();
        return Text($"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\"");
    }

    private static string Text(string json) => JsonElement.Parse(JsonText.Repair(Encoding.UTF8.GetBytes(json)) ?? Encoding.UTF8.GetBytes(json)).GetString()!;

    private static ReadOnlyMemory<byte>? Attachment(JsonElement json, IReadOnlyList<ReadOnlyMemory<byte>> attachments) =>
        attachments.Count > 0 && Member(json, "_placeholder") is { ValueKind: JsonValueKind.True } ? attachments[Member(json, "num")!.Value.GetInt32()] : null;

    // Of members with the same name the last one counts.
    private static JsonElement? Member(JsonElement json, string name)
    {
        JsonElement? found = null;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (NameOf(property) == name)
            {
                found = property.Value;
            }
        }

        return found;
    }

    private static byte[][] Split(byte[] input)
    {
        List<byte[]> parts = [];
        int start = 0;
        for (int i = 0; i <= input.Length; i++)
        {
            if (i == input.Length || input[i] == Delimiter)
            {
                parts.Add(input[start..i]);
                start = i + 1;
            }
        }

        return [.. parts];
    }

    private void AddRead<T>() => _reads.Add(static (ref reader) => reader.Read<T>());

    /// <summary>What an application would take as an argument.</summary>
    private sealed record Sample(int Id, string? Name, byte[]? Picture, IReadOnlyList<string>? Tags, Sample? Next);
}
