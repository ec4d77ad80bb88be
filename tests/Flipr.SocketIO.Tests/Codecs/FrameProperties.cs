using CsCheck;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>WebSocket frames and the buffer they are made in.</summary>
public class FrameProperties
{
    [Theory]
    [InlineData(0, "8100")]
    [InlineData(1, "8101")]
    [InlineData(125, "817D")]
    [InlineData(126, "817E007E")]
    [InlineData(65_535, "817EFFFF")]
    [InlineData(65_536, "817F0000000000010000")]
    [InlineData(int.MaxValue, "817F000000007FFFFFFF")]
    public void The_length_stands_in_the_shortest_form(int length, string header)
    {
        var written = new byte[WebSocketFrame.MaxHeaderLength];

        int headerLength = WebSocketFrame.WriteHeader(written, WebSocketFrame.Text, length);

        Assert.Equal(header, Convert.ToHexString(written[..headerLength]));
        Assert.Equal(headerLength, WebSocketFrame.HeaderLength(length));
    }

    [Theory]
    [InlineData(124)]
    [InlineData(125)]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    public void A_message_at_the_edge_of_a_length_arrives_whole(int length)
    {
        // The text has the packet's two type digits, brackets and quotes around the name.
        string name = new('x', length - 6);
        OutboundMessage packet = OutboundMessage.FromPacket(EnginePacketType.Message, new byte[length - 1]);

        (Packets.Received fromFrames, _) = Packets.Send(name, "", null, static _ => { });

        Assert.Equal(name, fromFrames.Name);
        Assert.Equal(length, Packets.ReadFrames(packet.Frames)[0].Data.Length);
    }

    [Fact]
    public void A_buffer_keeps_its_content_while_it_grows() =>
        Gen.Select(Gen.Int[0, 64], Gen.Select(Gen.Byte, Gen.OneOf(Gen.Int[0, 300], Gen.Int[0, 40_000])).Array[0, 12], Gen.Byte.Array[0, 64]).Sample(static (room, pieces, front) =>
        {
            var buffer = new MessageBuffer();
            buffer.Begin(room);
            List<byte> expected = [];
            foreach ((byte value, int length) in pieces)
            {
                Span<byte> piece = buffer.GetSpan(length);
                Assert.True(piece.Length >= length && piece.Length > 0);
                piece[..length].Fill(value);
                buffer.Advance(length);
                expected.AddRange(Enumerable.Repeat(value, length));
            }

            byte[] header = front[..Math.Min(front.Length, room)];
            buffer.Prepend(header);

            byte[] written = buffer.Written.ToArray();
            Assert.Equal(room - header.Length, buffer.Start);
            Assert.Equal([.. header, .. expected], written);
            Assert.Equal(written, buffer.Detach().AsSpan(room - header.Length, written.Length));
            Assert.Equal(room - header.Length + written.Length, buffer.End);
        },
        iter: 500);
}
