using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>What hostile clients send, by kind: bytes for a WebSocket that has joined <c>/</c>, or for a bare connection.</summary>
internal static class HostileInput
{
    /// <summary>Socket.IO and Engine.IO packets, each sent as a text message.</summary>
    public static readonly Dictionary<string, Func<int, string>> Packets = new()
    {
        ["event cut off"] = _ => "42[\"echo\"",
        ["event without a name"] = _ => "42[]",
        ["event with a number for a name"] = i => $"42[{i}]",
        ["reserved event name"] = _ => "42[\"disconnect\"]",
        ["not JSON"] = i => $"42x{i}",
        ["JSON too deep"] = _ => "42[\"echo\"," + new string('[', 500) + new string(']', 500) + "]",
        ["ack id too large"] = _ => "4299999999999999999999999[\"echo\"]",
        ["too many attachments announced"] = _ => "451000000-[\"echo\"]",
        ["attachment announced, text sent"] = _ => "451-[\"echo\",{\"_placeholder\":true,\"num\":0}]",
        ["placeholder out of range"] = _ => "42[\"echo\",{\"_placeholder\":true,\"num\":7}]",
        ["unknown packet type"] = i => $"4{7 + (i % 3)}",
        ["unknown engine packet"] = _ => "9",
        ["second CONNECT"] = _ => "40",
        ["CONNECT_ERROR"] = _ => "44{\"message\":\"x\"}",
        ["namespace not joined"] = i => $"42/n{i},[\"echo\"]",
        ["ping of a client"] = _ => "2",
        ["flood of unknown acks"] = i => $"43{i}[1]",
        ["flood of unhandled events"] = i => $"42[\"nobody {i}\"]",
        ["flood of rooms"] = i => $"42[\"join\",\"room {i}\"]",
        ["flood of namespaces"] = i => $"40/tile-{Guid.NewGuid():N}-{i},",
        ["flood of unknown namespaces"] = i => $"40/no-{i},",
        ["large echo"] = _ => $"421[\"echo\",\"{new string('x', 20_000)}\"]",
    };

    /// <summary>Frames that break RFC 6455.</summary>
    public static readonly Dictionary<string, Func<int, byte[]>> Frames = new()
    {
        ["unmasked frame"] = _ => [0x81, 0x01, (byte)'3'],
        ["reserved bits"] = _ => ClientFrame.Of("3"u8, 0xf1),
        ["unknown opcode"] = _ => ClientFrame.Of("3"u8, 0x83),
        ["continuation of nothing"] = _ => ClientFrame.Of("3"u8, 0x80),
        ["fragmented ping"] = _ => ClientFrame.Of("x"u8, 0x09),
        ["length beyond all limits"] = _ => [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 1, 2, 3],
        ["invalid UTF-8"] = _ => ClientFrame.Of([(byte)'4', (byte)'2', 0xff, 0xfe]),
        ["attachment that nothing announced"] = i => ClientFrame.Of(new byte[i % 1000], 0x82),
        ["close with an illegal code"] = _ => ClientFrame.Of([0x00, 0x01], 0x88),
        ["one-byte fragments"] = i => ClientFrame.Of("4"u8, i == 0 ? (byte)0x01 : (byte)0x00),
        ["flood of pings"] = _ => ClientFrame.Of("ping"u8, 0x89),
    };

    /// <summary>Requests that are refused, or lead nowhere.</summary>
    public static readonly Dictionary<string, Func<int, byte[]>> Requests = new()
    {
        ["unknown sid"] = i => Request("GET", $"EIO=4&transport=polling&sid=unknown-{i}"),
        ["unknown transport"] = i => Request("GET", $"EIO=4&transport=pigeon{i}"),
        ["unknown version"] = i => Request("GET", $"EIO={i + 5}&transport=polling"),
        ["POST without a session"] = _ => Request("POST", "EIO=4&transport=polling", "4hello"),
        ["session opened and left"] = _ => Request("GET", "EIO=4&transport=polling"),
        ["not HTTP"] = _ => [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00],
    };

    /// <summary>Begun and never ended: the connection is left open.</summary>
    public static readonly Dictionary<string, byte[]> Unfinished = new()
    {
        ["half a request"] = "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nX-Slow: "u8.ToArray(),
        ["session never used"] = Request("GET", "EIO=4&transport=polling"),
        ["POST that never ends"] = "POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n\r\n4"u8.ToArray(),
        ["frame that never ends"] = [0x81, 0xff, 0, 0, 0, 0, 0, 0x0d, 0xbb, 0xa0, 0, 0, 0, 0, (byte)'4'],
        ["message that never ends"] = [.. ClientFrame.Of("42[\"echo\",\""u8, 0x01), .. ClientFrame.Of(new byte[30_000].AsSpan(), 0x00)],
        ["WebSocket that joins nothing"] = [],
    };

    private static byte[] Request(string method, string query, string body = "") => Encoding.ASCII.GetBytes(
        $"{method} /socket.io/?{query} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
