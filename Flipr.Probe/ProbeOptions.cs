namespace Flipr.Probe;

/// <summary>What the command line asks for.</summary>
internal sealed record ProbeOptions
{
    /// <summary>The endpoint: scheme http or https, host, port, and the path of Engine.IO with its last slash.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The page's origin, as a browser would send it.</summary>
    public string? Origin { get; init; }

    /// <summary>A JSON object for the CONNECT packet. A secret: never shown.</summary>
    public string? Auth { get; init; }

    public string Namespace { get; init; } = "/";

    /// <summary>Where the server tells of its health.</summary>
    public string Health { get; init; } = "/healthz";

    /// <summary>How long a single answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the idle stage lasts; null: a little longer than the server's ping interval. Zero: not at all.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>Whether certificates are only looked at, not insisted on.</summary>
    public bool Insecure { get; init; }

    public bool Json { get; init; }
}
