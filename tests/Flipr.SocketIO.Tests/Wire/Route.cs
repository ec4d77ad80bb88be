namespace Flipr.SocketIO.Tests.Wire;

/// <summary>One way a client's packets travel to the server. The same rule is tested over each way that could break it.</summary>
/// <param name="Name">What a failing test calls this way.</param>
/// <param name="Polling">Whether a session opened over this route speaks HTTP long-polling rather than WebSocket.</param>
/// <param name="Raw">Whether the server writes frames straight to the connection (<c>UseRawTransport</c>).</param>
/// <param name="Tls">Whether the connection is encrypted.</param>
/// <param name="Http2">Whether requests, and the WebSocket's extended CONNECT, use HTTP/2.</param>
public sealed record Route(string Name, bool Polling, bool Raw, bool Tls, bool Http2)
{
    /// <summary>WebSocket over HTTP/1.1; the server writes frames to the connection itself.</summary>
    public static Route Raw1 { get; } = new("WebSocket, raw path", Polling: false, Raw: true, Tls: false, Http2: false);

    /// <summary>WebSocket over HTTP/1.1; the server sends through the framework's WebSocket.</summary>
    public static Route Fallback1 { get; } = new("WebSocket, fallback path", Polling: false, Raw: false, Tls: false, Http2: false);

    /// <summary>As <see cref="Raw1"/>, encrypted.</summary>
    public static Route RawTls1 { get; } = new("WebSocket, raw path, TLS", Polling: false, Raw: true, Tls: true, Http2: false);

    /// <summary>As <see cref="Fallback1"/>, encrypted.</summary>
    public static Route FallbackTls1 { get; } = new("WebSocket, fallback path, TLS", Polling: false, Raw: false, Tls: true, Http2: false);

    /// <summary>WebSocket over an HTTP/2 stream (RFC 8441), encrypted.</summary>
    public static Route WebSocket2 { get; } = new("WebSocket over HTTP/2", Polling: false, Raw: true, Tls: true, Http2: true);

    /// <summary>HTTP long-polling over HTTP/1.1.</summary>
    public static Route Polling1 { get; } = new("polling", Polling: true, Raw: true, Tls: false, Http2: false);

    /// <summary>HTTP long-polling over HTTP/1.1, encrypted.</summary>
    public static Route PollingTls1 { get; } = new("polling, TLS", Polling: true, Raw: true, Tls: true, Http2: false);

    /// <summary>HTTP long-polling over HTTP/2, encrypted.</summary>
    public static Route Polling2 { get; } = new("polling over HTTP/2", Polling: true, Raw: true, Tls: true, Http2: true);

    public override string ToString() => Name;
}
