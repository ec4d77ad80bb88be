using System.Text.Json;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>The handshake's answer: <c>0{"sid":...,"upgrades":[...],"pingInterval":...,"pingTimeout":...,"maxPayload":...}</c>.</summary>
public sealed record OpenPacket(string Sid, IReadOnlyList<string> Upgrades, int PingInterval, int PingTimeout, int MaxPayload)
{
    public static OpenPacket Parse(string packet)
    {
        Assert.StartsWith("0{", packet, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(packet[1..]);
        JsonElement root = json.RootElement;
        Assert.Equal(["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"], root.EnumerateObject().Select(p => p.Name));
        return new(
            root.GetProperty("sid").GetString()!,
            [.. root.GetProperty("upgrades").EnumerateArray().Select(u => u.GetString()!)],
            root.GetProperty("pingInterval").GetInt32(),
            root.GetProperty("pingTimeout").GetInt32(),
            root.GetProperty("maxPayload").GetInt32());
    }
}
