using System.Globalization;
using System.Net;

namespace Flipr.Api;

/// <summary>Flipr's settings, read once at the start from the environment, the command line and <c>.env</c>.</summary>
internal sealed record FliprSettings
{
    private static readonly string[] DefaultOrigins =
    [
        "https://app.flipr.realty", "http://app.flipr.realty", "https://flipr-app.vercel.app", "http://localhost:3000", "http://localhost:5173",
        "https://flipr-5.onrender.com", "https://flipr-6.onrender.com", "https://flipr-7.onrender.com", "https://flipr-backend.onrender.com",
    ];

    /// <summary><c>PORT</c>: the port on all interfaces, as platforms set it. An orchestrator has given another address, and PORT may be its own.</summary>
    public int? Port { get; init; }

    /// <summary><c>PRODUCTION</c>, or the ASP.NET environment where it is unset: no SQLite, no open updates, no unknown origins.</summary>
    public required bool IsProduction { get; init; }

    /// <summary><c>DATABASE_URL</c> as it was pasted.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>Whether SQLite may stand in for a PostgreSQL that is missing.</summary>
    public required bool AllowSqlite { get; init; }

    /// <summary><c>MAX_UPDATE_BYTES</c>: the largest property that is taken.</summary>
    public int MaxUpdateBytes { get; init; } = 256 * 1024;

    /// <summary><c>MAX_UPDATES_PER_MINUTE</c>: changes per API key or address; 0 is no limit.</summary>
    public int MaxUpdatesPerMinute { get; init; } = 60_000;

    /// <summary><c>ALLOWED_ORIGINS</c>: exact origins and <c>https://*.example.com</c> patterns.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = DefaultOrigins;

    /// <summary><c>FLIPR_API_KEY</c>: what changes need, when it is set.</summary>
    public string? ApiKey { get; init; }

    /// <summary><c>ALLOW_ANONYMOUS_UPDATES</c>: takes updates without a key all the same.</summary>
    public bool AllowAnonymousUpdates { get; init; }

    /// <summary><c>TRUSTED_PROXIES</c>: whose <c>X-Forwarded-*</c> headers count; empty when nobody's do.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary><c>TRUSTED_PROXIES=*</c>: whoever connects is a trusted proxy.</summary>
    public bool TrustAllProxies { get; init; }

    /// <summary><c>FORWARDED_HOPS</c>: how many proxies stand in front.</summary>
    public int? ForwardedHops { get; init; }

    /// <summary><c>FLIPR_ORCHESTRATED</c>: whether an orchestrator, Aspire's app host, decides the address and the database.</summary>
    /// <param name="read">Reads a setting.</param>
    public static bool IsOrchestrated(Func<string, string?> read) => IsTrue(read("FLIPR_ORCHESTRATED"));

    /// <summary>Reads the settings.</summary>
    /// <exception cref="StartupException">One of them cannot be read, or production lacks one it needs.</exception>
    public static FliprSettings Read(IConfiguration configuration, IHostEnvironment environment)
    {
        bool isProduction = Text("PRODUCTION") is null ? environment.IsProduction() : Flag("PRODUCTION");
        string[] proxies = List("TRUSTED_PROXIES") ?? [];
        var settings = new FliprSettings
        {
            Port = IsOrchestrated(name => configuration[name]) ? null : Number("PORT", 0, 65535),
            IsProduction = isProduction,
            DatabaseUrl = Text("DATABASE_URL"),
            AllowSqlite = !isProduction && !Flag("DISABLE_SQLITE_FALLBACK"),
            ApiKey = Text("FLIPR_API_KEY"),
            AllowAnonymousUpdates = Flag("ALLOW_ANONYMOUS_UPDATES"),
            TrustAllProxies = proxies.Contains("*"),
            TrustedProxies = [.. proxies.Where(proxy => proxy != "*").Select(ReadNetwork)],
            ForwardedHops = Number("FORWARDED_HOPS", 1, 100),
        };
        settings = settings with
        {
            MaxUpdateBytes = Number("MAX_UPDATE_BYTES", 1, int.MaxValue) ?? settings.MaxUpdateBytes,
            MaxUpdatesPerMinute = Number("MAX_UPDATES_PER_MINUTE", 0, int.MaxValue) ?? settings.MaxUpdatesPerMinute,
            AllowedOrigins = List("ALLOWED_ORIGINS") ?? settings.AllowedOrigins,
        };

        return isProduction && settings is { ApiKey: null, AllowAnonymousUpdates: false }
            ? throw new StartupException(
                "FLIPR_API_KEY is not set. Production needs it: set it, or set ALLOW_ANONYMOUS_UPDATES=true to take updates from anyone. To run locally: PRODUCTION=false.")
            : settings;

        string? Text(string name) => string.IsNullOrWhiteSpace(configuration[name]) ? null : configuration[name]!.Trim();

        bool Flag(string name) => IsTrue(configuration[name]);

        string[]? List(string name) => Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        int? Number(string name, int from, int to) =>
            Text(name) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= from && number <= to ? number
            : throw new StartupException($"{name} is '{text}'. It must be a whole number from {from} to {to}.");
    }

    private static IPNetwork ReadNetwork(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new StartupException($"TRUSTED_PROXIES holds '{text}'. It must be a list of networks like 10.0.0.0/8, or * where only the platform can reach the port.");

    private static bool IsTrue(string? text) => text?.Trim().ToLowerInvariant() is "true" or "1" or "yes";
}
