using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>The options of the engine, checked and frozen when the server starts. Times are in milliseconds, sizes in bytes.</summary>
internal sealed record EngineSettings
{
    public required long PingInterval { get; init; }

    public required long PingTimeout { get; init; }

    public required long UpgradeTimeout { get; init; }

    /// <summary>How long a closing session may take to send what is queued and to hear the other side's close.</summary>
    public required long CloseTimeout { get; init; }

    public required int MaxPayload { get; init; }

    public required long MaxOutboundBytes { get; init; }

    /// <summary>Bytes that may wait for a client while whoever awaits an emit to it goes on.</summary>
    public long LowWaterMark => MaxOutboundBytes / 16;

    public required int MaxConnections { get; init; }

    /// <summary>Sessions of one client; <see langword="null"/> for no limit.</summary>
    public required int? MaxConnectionsPerClient { get; init; }

    /// <summary>Tells clients apart.</summary>
    public required Func<HttpContext, string> ClientOf { get; init; }

    public required bool AllowPolling { get; init; }

    public required bool AllowWebSocket { get; init; }

    public required bool AllowUpgrades { get; init; }

    public required bool UseRawTransport { get; init; }

    public required bool PerMessageDeflate { get; init; }

    /// <summary>Size in bytes from which polling answers are compressed; <see langword="null"/> for never.</summary>
    public required int? HttpCompressionThreshold { get; init; }

    /// <summary>The session cookie, if one is to be set on the handshake.</summary>
    public required CookieBuilder? Cookie { get; init; }
}
