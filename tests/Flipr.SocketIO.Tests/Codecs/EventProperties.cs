using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Flipr.SocketIO.Protocol;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>Events and acks: what the writer writes, the reader reads back, in WebSocket frames and in a polling payload.</summary>
public class EventProperties
{
    [Fact]
    public void An_event_arrives_as_it_was_sent() =>
        Gen.Select(Gens.EventName, Gens.Namespace, Gens.AckId, Gens.Json(3).Array[0, 4]).Sample(static (name, ns, ackId, arguments) =>
        {
            (Packets.Received fromFrames, Packets.Received fromPolling) = Packets.Send(name, ns, ackId, writer => WriteAll(writer, arguments));

            foreach (Packets.Received received in (Packets.Received[])[fromFrames, fromPolling])
            {
                Assert.Equal((PacketType.Event, ns, ackId, name), (received.Type, received.Namespace, received.AckId, received.Name));
                Assert.Equal(arguments.Length, received.Arguments.Count);
                Assert.All(arguments.Zip(received.Arguments), static pair => Assert.True(JsonNode.DeepEquals(pair.First, pair.Second.Deserialize<JsonNode>())));
            }
        });

    [Fact]
    public void Binary_data_anywhere_arrives_as_it_was_sent() =>
        Gen.Select(Gen.OneOf(Gens.EventName.Select(static name => (string?)name), Gen.Const((string?)null)), Gens.Namespace, Gens.Tree(2).Array[1, 2]).Sample(
            static (name, ns, arguments) =>
            {
                (Packets.Received fromFrames, Packets.Received fromPolling) = Packets.Send(name, ns, ackId: 7, writer =>
                {
                    foreach (Tree argument in arguments)
                    {
                        writer.Write(argument);
                    }
                });

                int attachments = arguments.Sum(static argument => argument.BinaryValues);
                foreach (Packets.Received received in (Packets.Received[])[fromFrames, fromPolling])
                {
                    Assert.Equal(name is null ? attachments > 0 ? PacketType.BinaryAck : PacketType.Ack : attachments > 0 ? PacketType.BinaryEvent : PacketType.Event, received.Type);
                    Assert.Equal(attachments, received.Attachments.Count);
                    Assert.All(arguments.Zip(received.Arguments), static pair => Assert.True(pair.First.IsSameAs(pair.Second.Deserialize<Tree>())));
                }
            },
            iter: 500);

    [Fact]
    public void Attachments_that_are_passed_on_are_numbered_anew_and_none_is_lost() =>
        Gen.Select(Gens.Tree(2).Array[1, 3], Gens.Bytes, Gen.Shuffle(new[] { 0, 1, 2 })).Sample(static (trees, added, order) =>
        {
            Packets.Received arrived = Packets.Send("in", "", null, writer => trees.ToList().ForEach(writer.Write)).FromFrames;
            int[] passedOn = [.. order.Where(index => index < trees.Length)];

            // In another order, and behind other binary data, so that every number changes.
            Packets.Received received = Packets.Send("out", "", null, writer =>
            {
                writer.Write(added);
                Array.ForEach(passedOn, index => writer.Write(arrived.Arguments[index]));
            }).FromPolling;

            Assert.Equal(1 + trees.Sum(static tree => tree.BinaryValues), received.Attachments.Count);
            Assert.Equal(added, received.Arguments[0].Deserialize<byte[]>());
            Assert.All(passedOn.Zip(received.Arguments.Skip(1)), pair => Assert.True(trees[pair.First].IsSameAs(pair.Second.Deserialize<Tree>())));
        },
        iter: 500);

    [Fact]
    public void Foreign_JSON_cannot_smuggle_a_placeholder_into_a_packet_with_attachments() =>
        Gen.Select(Gens.Any("\"_placeholder\"", "\"\\u005fplaceholder\"", "\"_pl\\u0061ceholder\""), Gens.Any("0", "1", "-1", "5000000000", "\"0\"", "null"), Gen.Bool, Gen.Int[0, 3]).Sample(
            static (mark, number, isFirst, depth) =>
            {
                string json = isFirst ? $$"""{{{mark}}:true,"num":{{number}}}""" : $$"""{"num":{{number}},"x":[{}],{{mark}}:true}""";
                for (int i = 0; i < depth; i++)
                {
                    json = i % 2 == 0 ? $"[{json}]" : $$"""{"a":{{json}}}""";
                }

                JsonElement foreign = JsonElement.Parse(json);

                Assert.Throws<ArgumentException>(() => Packets.Send("e", "", null, writer =>
                {
                    writer.Write(foreign);
                    writer.Write(new byte[] { 1 });
                }));
                Assert.Throws<ArgumentException>(() => Packets.Send("e", "", null, writer =>
                {
                    writer.Write(new JsonData(foreign));
                    writer.Write(new byte[] { 1 });
                }));

                // Without attachments it is JSON like any other.
                Assert.True(JsonElement.DeepEquals(foreign, Packets.Send("e", "", null, writer => writer.Write(foreign)).FromFrames.Arguments[0].Json));
            });

    [Theory]
    [InlineData("""["\udc00"]""", """["\ufffd"]""")]
    [InlineData("""["\ud800"]""", """["\ufffd"]""")]
    [InlineData("""["\ud800\u0041"]""", """["\ufffd\u0041"]""")]
    [InlineData("""["\ud83d\ud83d\ude00"]""", """["\ufffd\ud83d\ude00"]""")]
    [InlineData("""["x","\ud800","\uDFFF"]""", """["x","\ufffd","\ufffd"]""")]
    [InlineData("""["x",{"\udc00":1}]""", """["x",{"\ufffd":1}]""")]
    [InlineData("""["x",[{"a":"b\\\udfff"}]]""", """["x",[{"a":"b\\\ufffd"}]]""")]
    [InlineData("""["x",{"\udc00":{"_placeholder":true,"num":0}}]""", """["x",{"\ufffd":{"_placeholder":true,"num":0}}]""")]
    public void Half_a_character_is_accepted_and_read_as_U_FFFD(string json, string repaired)
    {
        byte[] text = Encoding.UTF8.GetBytes(json);

        Assert.Null(EventPayload.Validate(text, 64, 0, 10, isEvent: true));
        Assert.Null(EventPayload.Validate(text, 64, 1, 10, isEvent: true));
        Assert.Equal(repaired, Encoding.UTF8.GetString(JsonText.Repair(text)!));
    }

    /// <summary>Whatever stands between them, halves are found, and nothing else is touched: then the serializer reads every string.</summary>
    [Fact]
    public void A_repaired_text_is_read_as_JavaScript_would_read_the_characters() =>
        Gens.Any("\\ud83d", "\\ude00", "\\\\", "\\\"", "\\n", "u", "d83d", "\\u0041", "é", "\\uD800", "\\uDFFF").Array[0, 12].Sample(static parts =>
        {
            string json = $"[\"{string.Concat(parts)}\"]";
            byte[] text = Encoding.UTF8.GetBytes(json);

            // The same escapes as UTF-16, whose halves the encoder replaces.
            var expected = new StringBuilder();
            foreach (string part in parts)
            {
                expected.Append(part switch
                {
                    "\\\\" => "\\",
                    "\\\"" => "\"",
                    "\\n" => "\n",
                    ['\\', 'u', .. string digits] => (char)Convert.ToUInt16(digits, 16),
                    _ => part,
                });
            }

            Assert.Equal(
                Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(expected.ToString())),
                JsonElement.Parse(Encoding.UTF8.GetString(JsonText.Repair(text) ?? text))[0].GetString());
        });

    [Theory]
    [InlineData("""["\ud83d\ude00"]""")]
    [InlineData("""["\\ud800","\"\\\\udc00\u005c\u0075d800"]""")]
    [InlineData("""["a",{"\uD83D\uDE00":"\u0000\uffff"}]""")]
    public void Whole_characters_are_left_alone_however_they_are_escaped(string json) => Assert.Null(JsonText.Repair(Encoding.UTF8.GetBytes(json)));

    /// <summary>A megabyte in one attachment, named ten thousand times, would become ten gigabytes.</summary>
    [Fact]
    public void Attachments_cannot_stand_in_more_places_than_there_may_be_attachments()
    {
        const string Placeholder = """{"_placeholder":true,"num":0}""";

        Assert.Null(EventPayload.Validate(Encoding.UTF8.GetBytes($"""["a",{Placeholder},{Placeholder}]"""), 64, 1, 2, isEvent: true));
        Assert.Equal(
            new PacketDefect("attachments stand in more than 2 places", PacketLimit.Attachments),
            EventPayload.Validate(Encoding.UTF8.GetBytes($"""["a",{Placeholder},[{Placeholder},{Placeholder}]]"""), 64, 1, 2, isEvent: true));
    }

    [Fact]
    public void Broken_JSON_is_refused_with_a_message() =>
        Gen.Select(Gens.Json(2), Gen.Int[0, 1000], Gen.Byte).Sample(static (value, position, replacement) =>
        {
            byte[] json = Encoding.UTF8.GetBytes($"""["name",{value?.ToJsonString() ?? "null"}]""");
            json[position % json.Length] = replacement;

            PacketDefect? defect = EventPayload.Validate(json, 64, 1, 2, isEvent: true);

            return defect is null ? JsonDocument.Parse(json).RootElement.ValueKind == JsonValueKind.Array : defect.Text.Length > 0;
        });

    /// <summary>What arrived at the limit of the depth, passed on within something else.</summary>
    [Fact]
    public void A_listener_of_outgoing_events_sees_what_nests_deeper_than_received_JSON_may()
    {
        string deep = new string('[', 100) + new string(']', 100);
        using EventWriter writer = EventWriter.BeginEvent(Packets.Serializer, "deep");
        writer.Write(JsonDocument.Parse(deep, new JsonDocumentOptions { MaxDepth = 100 }).RootElement);
        writer.End();

        EventPacket packet = writer.ToPacket([], "deep", copyAttachments: false);

        Assert.Equal(deep, Assert.Single(packet.Arguments).ToString());
        packet.Release();
    }

    private static void WriteAll(EventWriter writer, JsonNode?[] arguments)
    {
        foreach (JsonNode? argument in arguments)
        {
            writer.Write(argument);
        }
    }
}
