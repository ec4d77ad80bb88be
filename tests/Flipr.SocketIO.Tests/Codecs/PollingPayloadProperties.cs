using System.Text;
using CsCheck;
using Flipr.SocketIO.EngineIO;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>What a client POSTs.</summary>
public class PollingPayloadProperties
{
    private static readonly Gen<(EnginePacketType Type, byte[] Data, bool IsBinary)> Packet = Gen.OneOf(
        Gen.Select(Gen.Enum<EnginePacketType>(), Gens.Text).Select(static (type, text) =>
            (type, Encoding.UTF8.GetBytes(text.Replace("\x1e", "", StringComparison.Ordinal)), false)),
        Gens.Bytes.Select(static bytes => (EnginePacketType.Message, bytes, true)));

    [Fact]
    public void Every_packet_of_a_payload_is_read() => Packet.Array[1, 6].Sample(static packets =>
    {
        Memory<byte> payload = Join(packets.Select(static packet => Write(packet.Type, packet.Data, packet.IsBinary)));
        foreach ((EnginePacketType type, byte[] data, bool isBinary) in packets)
        {
            Assert.True(PollingPayload.TryReadPacket(ref payload, out EnginePacket packet));
            Assert.Equal((type, isBinary), (packet.Type, packet.IsBinary));
            Assert.Equal(data, packet.Data);
        }

        Assert.True(payload.IsEmpty);
    });

    [Fact]
    public void An_empty_packet_anywhere_is_refused() => Gen.Select(Packet.Array[1, 4], Gen.Int[0, 4]).Sample(static (packets, position) =>
    {
        List<byte[]> written = [.. packets.Select(static packet => Write(packet.Type, packet.Data, packet.IsBinary))];
        written.Insert(Math.Min(position, written.Count), []);
        Memory<byte> payload = Join(written);

        while (PollingPayload.TryReadPacket(ref payload, out _))
        {
            Assert.False(payload.IsEmpty);
        }
    });

    [Fact]
    public void Whatever_comes_is_read_or_refused() => Gen.OneOf(Gen.Byte, Gens.Any<byte>(0x1e, (byte)'b', (byte)'=', (byte)'4')).Array[0, 40].Sample(static bytes =>
    {
        Memory<byte> payload = bytes;
        int packets = 0;
        while (PollingPayload.TryReadPacket(ref payload, out _) && !payload.IsEmpty)
        {
            packets++;
        }

        return packets <= bytes.Length;
    });

    private static byte[] Write(EnginePacketType type, byte[] data, bool isBinary) =>
        isBinary ? [(byte)'b', .. Encoding.ASCII.GetBytes(Convert.ToBase64String(data))] : [(byte)type, .. data];

    private static byte[] Join(IEnumerable<byte[]> packets) => [.. packets.SelectMany(static (packet, index) => index == 0 ? packet : [0x1e, .. packet])];
}
