using System.Globalization;
using System.Net;
using Flipr.ServiceDefaults;

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

    /// <summary><c>MAX_ANONYMOUS_UPDATES_PER_MINUTE</c>: changes per address without the key; 0 is no limit but that of all.</summary>
    public int MaxAnonymousUpdatesPerMinute { get; init; } = 600;

    /// <summary><c>MAX_ANONYMOUS_BYTES_PER_DAY</c>: what one address may have stored in a day without the key; 0 is no limit.</summary>
    public long MaxAnonymousBytesPerDay { get; init; } = 20_000_000;

    /// <summary><c>MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL</c>: what all of them together may; 0 is no limit.</summary>
    public long MaxAnonymousBytesPerDayInTotal { get; init; } = 200_000_000;

    /// <summary><c>MAX_CHANGE_LOG_BYTES</c>: what the change log may keep of replaced states; 0 is no limit.</summary>
    public long MaxChangeLogBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary><c>MAX_UPDATE_SECONDS</c>: how long an update's body may take to arrive.</summary>
    public int MaxUpdateSeconds { get; init; } = 10;

    /// <summary><c>MAX_BODIES_IN_FLIGHT</c>: how many bodies of updates may be arriving at once.</summary>
    public int MaxBodiesInFlight { get; init; } = 512;

    /// <summary><c>MAX_ANONYMOUS_BODIES_IN_FLIGHT</c>: how many of one address without the key.</summary>
    public int MaxAnonymousBodiesInFlight { get; init; } = 32;

    /// <summary><c>MAX_CONNECTIONS</c>: open connections of everybody.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary><c>MAX_SOCKETS_PER_CLIENT</c>: Socket.IO sessions per address; 0 is no limit. 500 in production, none elsewhere.</summary>
    public int MaxSocketsPerClient { get; init; }

    /// <summary><c>MAX_EVENTS_PER_SECOND</c>: events that one socket may go on sending; five times as many at once; 0 is no limit.</summary>
    public int MaxEventsPerSecond { get; init; } = 100;

    /// <summary><c>ALLOWED_ORIGINS</c>: exact origins and <c>https://*.example.com</c> patterns.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = DefaultOrigins;

    /// <summary><c>PAGE_BACKENDS</c>: the origins that the page's address may name as its backend, <c>?api=</c>. Unset: none in production, elsewhere any.</summary>
    public IReadOnlyList<string> PageBackends { get; init; } = [];

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
            MaxAnonymousUpdatesPerMinute = Number("MAX_ANONYMOUS_UPDATES_PER_MINUTE", 0, int.MaxValue) ?? settings.MaxAnonymousUpdatesPerMinute,
            MaxAnonymousBytesPerDay = Bytes("MAX_ANONYMOUS_BYTES_PER_DAY") ?? settings.MaxAnonymousBytesPerDay,
            MaxAnonymousBytesPerDayInTotal = Bytes("MAX_ANONYMOUS_BYTES_PER_DAY_TOTAL") ?? settings.MaxAnonymousBytesPerDayInTotal,
            MaxChangeLogBytes = Bytes("MAX_CHANGE_LOG_BYTES") ?? settings.MaxChangeLogBytes,
            MaxUpdateSeconds = Number("MAX_UPDATE_SECONDS", 1, 3_600) ?? settings.MaxUpdateSeconds,
            MaxBodiesInFlight = Number("MAX_BODIES_IN_FLIGHT", 1, int.MaxValue) ?? settings.MaxBodiesInFlight,
            MaxAnonymousBodiesInFlight = Number("MAX_ANONYMOUS_BODIES_IN_FLIGHT", 1, int.MaxValue) ?? settings.MaxAnonymousBodiesInFlight,
            MaxConnections = Number("MAX_CONNECTIONS", 1, int.MaxValue) ?? settings.MaxConnections,
            MaxSocketsPerClient = Number("MAX_SOCKETS_PER_CLIENT", 0, int.MaxValue) ?? (isProduction ? 500 : 0),
            MaxEventsPerSecond = Number("MAX_EVENTS_PER_SECOND", 0, 1_000_000) ?? settings.MaxEventsPerSecond,
            AllowedOrigins = List("ALLOWED_ORIGINS") ?? settings.AllowedOrigins,
            PageBackends = ReadPageBackends(List("PAGE_BACKENDS"), isProduction),
        };

        return isProduction && settings is { ApiKey: null, AllowAnonymousUpdates: false }
            ? throw new StartupException(
                "FLIPR_API_KEY is not set. Production needs it: set it, or set ALLOW_ANONYMOUS_UPDATES=true to take updates from anyone. To run locally: PRODUCTION=false.")
            : settings;

        string? Text(string name) => string.IsNullOrWhiteSpace(configuration[name]) ? null : configuration[name]!.Trim();

        bool Flag(string name) => IsTrue(configuration[name]);

        string[]? List(string name) => Text(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        int? Number(string name, int from, int to) => (int?)Whole(name, from, to);

        long? Bytes(string name) => Whole(name, 0, long.MaxValue);

        long? Whole(string name, long from, long to) =>
            Text(name) is not { } text ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= from && number <= to ? number
            : throw new StartupException($"{name} is '{text}'. It must be a whole number from {from} to {to}.");
    }

    private static IReadOnlyList<string> ReadPageBackends(string[]? texts, bool isProduction)
    {
        try
        {
            return PageSettings.ReadBackends(texts, isAnyAllowed: !isProduction);
        }
        catch (FormatException exception)
        {
            throw new StartupException(exception.Message);
        }
    }

    private static IPNetwork ReadNetwork(string text) =>
        IPNetwork.TryParse(text, out IPNetwork network) ? network
        : IPAddress.TryParse(text, out IPAddress? address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : throw new StartupException($"TRUSTED_PROXIES holds '{text}'. It must be a list of networks like 10.0.0.0/8, or * where only the platform can reach the port.");

    private static bool IsTrue(string? text) => text?.Trim().ToLowerInvariant() is "true" or "1" or "yes";
}
