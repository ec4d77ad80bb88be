using System.Text;
using System.Text.Unicode;
using Flipr.SocketIO.EngineIO;
using static Flipr.SocketIO.Fuzz.FindingException;

namespace Flipr.SocketIO.Fuzz;

/// <summary>What a client POSTs.</summary>
internal sealed class PollingTarget : IFuzzTarget
{
    private const byte Separator = 0x1e;

    public string Name => "polling";

    public IEnumerable<byte[]> Seeds =>
        ((string[])["3", "2probe", "5", "1", "40", "42[\"a\"]\x1e" + "42[\"b\",1]", "452-[\"a\",{\"_placeholder\":true,\"num\":0}]\x1e" + "bAQID\x1e" + "b", "bAQI=", "bAQ==", "b", "\x1e", ""])
        .Select(Encoding.UTF8.GetBytes);

    public IReadOnlyList<byte[]> Tokens { get; } =
        [.. ((string[])["\x1e", "b", "bAQID", "=", "==", "AQ==", " ", "\n", "+", "/", "-", "_", "0", "1", "2", "3", "4", "5", "6", "7", "4", "😀", "\0"]).Select(Encoding.UTF8.GetBytes)];

    public byte[] Generate(Random random)
    {
        var text = new StringBuilder();
        for (int i = random.Next(6); i >= 0; i--)
        {
            if (random.Next(3) == 0)
            {
                var bytes = new byte[random.Next(20)];
                random.NextBytes(bytes);
                text.Append('b').Append(Convert.ToBase64String(bytes));
            }
            else
            {
                text.Append((char)('0' + random.Next(8))).Append(Grammar.Text(random));
            }

            text.Append(i > 0 ? "\x1e" : "");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public string Run(byte[] input)
    {
        // The server refuses an empty body and invalid UTF-8 before it reads packets; the reader itself must bear them.
        Memory<byte> payload = input.ToArray();
        List<(EnginePacketType Type, byte[] Data, bool IsBinary)> packets = [];
        int mostPackets = input.Count(static value => value == Separator) + 1;
        do
        {
            int before = payload.Length;
            bool isRead = PollingPayload.TryReadPacket(ref payload, out EnginePacket packet);
            Require(payload.Length < before || before == 0, "Reading a packet does not shorten the payload.");
            if (!isRead)
            {
                return $"refused after {Math.Min(packets.Count, 4)}";
            }

            packets.Add((packet.Type, packet.Data.ToArray(), packet.IsBinary));
            Require(packets.Count <= mostPackets, "There are more packets than separators allow.");
        }
        while (!payload.IsEmpty);

        Require(packets.Count == mostPackets, "A packet was lost.");
        CheckRoundTrip(packets);
        string outcome = Utf8.IsValid(input) ? "text" : "bytes";
        return $"{outcome} {Math.Min(packets.Count, 4)} {packets.Any(packet => packet.IsBinary)} {(packets.Count == 1 ? packets[0].Type : null)}";
    }

    private static void CheckRoundTrip(List<(EnginePacketType Type, byte[] Data, bool IsBinary)> packets)
    {
        var written = new List<byte>();
        foreach ((EnginePacketType type, byte[] data, bool isBinary) in packets)
        {
            if (written.Count > 0)
            {
                written.Add(Separator);
            }

            written.AddRange(isBinary ? [(byte)'b', .. Encoding.ASCII.GetBytes(Convert.ToBase64String(data))] : [(byte)type, .. data]);
        }

        Memory<byte> payload = written.ToArray();
        foreach ((EnginePacketType type, byte[] data, bool isBinary) in packets)
        {
            Require(PollingPayload.TryReadPacket(ref payload, out EnginePacket packet), "What was read cannot be read again.");
            Require(packet.Type == type && packet.IsBinary == isBinary && packet.Data.Span.SequenceEqual(data), "What was read is another packet when it is read again.");
        }

        Require(payload.IsEmpty, "Reading again leaves something over.");
    }
}
