using System.Globalization;
using System.Text;
using CsCheck;
using Flipr.SocketIO.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Codecs;

/// <summary>What stands in front of a packet's JSON.</summary>
public class PacketHeaderProperties
{
    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Gen.Enum<PacketType>(), Gen.Int[1, Packets.MaxAttachments], Gens.Namespace, Gens.AckId, Gens.Any("", "[]", "{\"a\":1}", "[\"12\"]"))
            .Sample(static (type, attachments, ns, ackId, json) =>
            {
                attachments = type is PacketType.BinaryEvent or PacketType.BinaryAck ? attachments : 0;
                byte[] name = Encoding.UTF8.GetBytes(ns);
                var text = new byte[PacketHeaderWriter.MaxLengthWithoutNamespace + name.Length];
                int length = PacketHeaderWriter.Write(text, type, attachments, name, ackId);
                text = [.. text[..length], .. Encoding.UTF8.GetBytes(json)];

                Assert.Null(PacketReader.Read(text, Packets.MaxAttachments, out PacketHeader header));

                Assert.Equal(type, header.Type);
                Assert.Equal(attachments, header.Attachments);
                Assert.Equal(name, text[header.Namespace]);
                Assert.Equal(ackId, header.AckId);
                Assert.Equal(length, header.PayloadStart);
            });

    [Fact]
    public void An_ack_id_is_never_rewritten() =>
        Gen.Char['0', '9'].Array[1, 22].Select(static digits => new string(digits)).Sample(static digits =>
        {
            bool isRead = PacketReader.Read(Encoding.ASCII.GetBytes($"3{digits}[]"), 10, out PacketHeader header) is null;

            bool isCanonical = ulong.TryParse(digits, CultureInfo.InvariantCulture, out ulong id) && id.ToString(CultureInfo.InvariantCulture) == digits;
            Assert.Equal(isCanonical, isRead);
            Assert.Equal(isCanonical ? id : null, header.AckId);
        });

    /// <summary>A record separator would end the packet in the middle of its header, for every client that polls.</summary>
    [Theory]
    [InlineData("/a,b")]
    [InlineData("/a\x1e" + "42[\"forged\"]")]
    public async Task A_namespace_cannot_have_a_name_that_the_wire_would_cut(string name)
    {
        await using ServiceProvider services = new ServiceCollection().AddLogging().AddSocketIO().Services.BuildServiceProvider();
        SocketIOServer io = services.GetRequiredService<SocketIOServer>();
        io.Of(static (_, _) => ValueTask.FromResult(true));

        Assert.Throws<ArgumentException>(() => io.Of(name));
        Assert.Null((await io.EnterNewAsync(name, default)).Namespace);
        Assert.NotNull((await io.EnterNewAsync("/a b", default)).Namespace);
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_with_a_message() => Gen.Byte.Array[0, 40].Sample(static bytes =>
    {
        string? defect = PacketReader.Read(bytes, 10, out PacketHeader header)?.Text;

        return defect is null ? header.PayloadStart <= bytes.Length : defect.Length > 0 && header == default;
    });
}
