using System.Globalization;
using System.Text.Json;

namespace Flipr.Probe.Engine;

/// <summary>The data of Engine.IO's open packet.</summary>
/// <param name="Sid">The session.</param>
/// <param name="OffersWebSocket">Whether a polling session may be upgraded.</param>
/// <param name="PingInterval">The time between two heartbeats.</param>
/// <param name="PingTimeout">How long the server waits for one's answer.</param>
/// <param name="MaxPayload">The largest message it takes; null where it does not say (engine.io before 6.1).</param>
internal sealed record Handshake(string Sid, bool OffersWebSocket, TimeSpan PingInterval, TimeSpan PingTimeout, int? MaxPayload)
{
    /// <summary>Reads <c>0{...}</c>.</summary>
    /// <returns>Null where it is no open packet.</returns>
    public static Handshake? Read(string packet)
    {
        if (!packet.StartsWith("0{", StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            using var data = JsonDocument.Parse(packet.AsMemory(1));
            JsonElement open = data.RootElement;
            return new Handshake(
                open.GetProperty("sid").GetString()!,
                open.TryGetProperty("upgrades", out JsonElement upgrades) && upgrades.EnumerateArray().Any(upgrade => upgrade.GetString() == "websocket"),
                TimeSpan.FromMilliseconds(open.GetProperty("pingInterval").GetDouble()),
                TimeSpan.FromMilliseconds(open.GetProperty("pingTimeout").GetDouble()),
                open.TryGetProperty("maxPayload", out JsonElement maxPayload) ? maxPayload.GetInt32() : null);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            return null; // What begins like one and is none.
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"pingInterval {PingInterval.TotalSeconds:0.###} s, pingTimeout {PingTimeout.TotalSeconds:0.###} s, maxPayload {(MaxPayload is { } bytes ? $"{bytes:N0} bytes" : "not said")}");
}
