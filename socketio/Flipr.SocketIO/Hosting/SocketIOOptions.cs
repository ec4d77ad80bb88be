using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>Options of a Socket.IO server. The defaults are those of Node's server; what Node leaves unbounded has a bound.</summary>
public sealed class SocketIOOptions
{
    /// <summary>How often the server pings. 25 s.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How long a client may take to answer a ping before its connection ends with <c>ping timeout</c>. 20 s.</summary>
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an upgrade from polling to WebSocket may take before it is given up. 10 s.</summary>
    public TimeSpan UpgradeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may stay without joining a namespace. 45 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long a closing connection may take to take what is queued and to answer the close. 10 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Largest message or polling payload a client may send, in bytes. 1,000,000.</summary>
    public int MaxPayload { get; set; } = 1_000_000;

    /// <summary>
    /// Bytes that may wait for one client. 4 MiB. A client that lets more pile up loses volatile messages first, then its
    /// connection, with the reason <c>outbound limit exceeded</c>. Who awaits each emit to one socket does not get there: the
    /// emit completes when no more than a sixteenth of this waits. A single larger message passes when no more than that waits, and is not counted against what follows it.
    /// </summary>
    public long MaxOutboundBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Open connections before new ones are answered 503. 100,000.</summary>
    public int MaxConnections { get; set; } = 100_000;

    /// <summary>Open connections of one client before its new ones are answered 503; <see langword="null"/>, the default, sets no limit. <see cref="ClientOf"/> tells clients apart.</summary>
    public int? MaxConnectionsPerClient { get; set; }

    /// <summary>
    /// Tells clients apart for <see cref="MaxConnectionsPerClient"/>: requests with the same text are one client's. By default the address that the request
    /// came from, behind proxies after <c>UseForwardedHeaders</c>.
    /// </summary>
    public Func<HttpContext, string> ClientOf { get; set; } = static context => context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>Attachments (binary values) one packet may have. 10.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>How deep received JSON may nest. 64.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>
    /// Bytes of <c>auth</c> that a client may send to a namespace. 16,384: many times what tokens have, and what a server keeps for each namespace of each
    /// connection as long as that lasts. A client that sends more is refused with <c>Auth too large</c>.
    /// </summary>
    public int MaxAuthBytes { get; set; } = 16 * 1024;

    /// <summary>Namespaces one connection may join. 100.</summary>
    public int MaxNamespacesPerConnection { get; set; } = 100;

    /// <summary>
    /// Makes the adapter of a namespace, where everything that concerns its sockets goes through, of the one that knows the sockets of this
    /// server. <see langword="null"/>, the default: that one.
    /// </summary>
    public Func<LocalAdapter, Adapter>? Adapter { get; set; }

    /// <summary>How packets look on the wire; the same as the clients' parser.</summary>
    internal IPacketParser Parser { get; set; } = JsonPacketParser.Instance;

    /// <summary>
    /// Namespaces that may exist, those created by clients' connections included. 10,000. When there are as many, one that came into being by a pattern or a
    /// function and that nobody is in makes room for the next, unless handlers were registered on it alone.
    /// </summary>
    public int MaxNamespaces { get; set; } = 10_000;

    /// <summary>Whether a namespace that came into being by a pattern or a function is removed, with what was registered on it, when its last socket leaves. <see langword="false"/>.</summary>
    public bool CleanupEmptyChildNamespaces { get; set; }

    /// <summary>Whether WebSocket messages are compressed one by one (permessage-deflate). It costs memory and the fast path; off by default.</summary>
    public bool PerMessageDeflate { get; set; }

    /// <summary>Rooms one socket may be in. 10,000.</summary>
    public int MaxRoomsPerSocket { get; set; } = 10_000;

    /// <summary>Acks one socket may owe the server. 10,000.</summary>
    public int MaxPendingAcks { get; set; } = 10_000;

    /// <summary>Handlers of one connection that may run at once; past it, nothing more is read from the connection until one ends. 1,000.</summary>
    public int MaxRunningHandlers { get; set; } = 1_000;

    /// <summary>
    /// Bytes of one connection's events that may wait in middleware for events (<see cref="Socket.Use(Func{string, IReadOnlyList{JsonData}, Task})"/>); past it, nothing more
    /// is read from the connection until one of them has passed. 1 MiB. A single larger event passes when no other waits.
    /// </summary>
    public long MaxWaitingEventBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Makes the answer to an event that failed, of the exception: what a handler, a filter or a middleware threw, a <see cref="JsonException"/> where an argument
    /// is of another type, a <see cref="RateLimitedException"/> where a limiter dropped the event. <see langword="null"/> as the answer is none; <see langword="null"/>
    /// here, the default, answers nothing. Asked only where the client waits for an answer and has none yet. Do not pass on the exception's own text: strangers read it.
    /// </summary>
    /// <example><code>options.AnswerErrors = exception =&gt; new { error = exception is RateLimitedException ? "slow down" : "failed" };</code></example>
    public Func<Exception, object?>? AnswerErrors { get; set; }

    /// <summary>
    /// Makes the rate limiter of a connection, with its first event, of the request that opened it; all its events in all namespaces count. <see langword="null"/>
    /// for none. Each connection must have one of its own: it is disposed with the connection. An event over the limit is dropped before anything else sees it.
    /// What is lent is given back when the event's handlers have ended, so that a <see cref="ConcurrencyLimiter"/> limits how many run.
    /// </summary>
    /// <example><code>options.ConnectionRateLimiter = _ =&gt; new FixedWindowRateLimiter(new() { PermitLimit = 100, Window = TimeSpan.FromSeconds(1) });</code></example>
    public Func<Handshake, RateLimiter?>? ConnectionRateLimiter { get; set; }

    /// <summary>
    /// Limits events by whatever partition it makes: their name, their user, their client's address. Asked after <see cref="ConnectionRateLimiter"/>, for every event of all
    /// clients. It is the application's own: the server does not dispose it. Partitions by what a client may choose freely, such as names without handlers, are without bound.
    /// </summary>
    /// <example><code>options.EventRateLimiter = PartitionedRateLimiter.Create&lt;EventContext, string&gt;(context =&gt; ...);</code></example>
    public PartitionedRateLimiter<EventContext>? EventRateLimiter { get; set; }

    /// <summary>Whether an event over a rate limit ends its connection, with <c>rate limit exceeded</c>. <see langword="false"/>: only the event is dropped.</summary>
    public bool DisconnectOnRateLimit { get; set; }

    /// <summary>The transports clients may use. Both.</summary>
    public SocketIOTransports Transports { get; set; } = SocketIOTransports.All;

    /// <summary>Whether a client that starts with polling may upgrade to WebSocket. <see langword="true"/>.</summary>
    public bool AllowUpgrades { get; set; } = true;

    /// <summary>
    /// Whether WebSocket frames are written straight to the connection, the fast path. <see langword="true"/>; switch it off
    /// where a server other than Kestrel does not bear it.
    /// </summary>
    public bool UseRawTransport { get; set; } = true;

    /// <summary>Size in bytes from which polling answers are compressed; <see langword="null"/> never compresses. 1,024.</summary>
    public int? HttpCompressionThreshold { get; set; } = 1024;

    /// <summary>A cookie with the session id, for proxies that route by cookie; none by default. See <see cref="CreateCookie"/>.</summary>
    public CookieBuilder? Cookie { get; set; }

    /// <summary>Which pages of other origins may connect.</summary>
    public SocketIOCorsOptions Cors { get; } = new();

    /// <summary>Asked before a connection opens; returns why it is refused (the client sees the text, with status 403), or <see langword="null"/>.</summary>
    public Func<HttpContext, ValueTask<string?>>? AllowRequest { get; set; }

    /// <summary>
    /// Whether what a ticket has opened ends when the ticket expires (<c>AuthenticationProperties.ExpiresUtc</c>; a JWT's <c>exp</c>), with the reason
    /// <c>authentication expired</c>. <see langword="false"/>. The ticket of the handshake ends the connection, and its client connects anew by itself; a
    /// later request of the same user (a poll, the upgrade) renews it. That of a CONNECT's token (<see cref="Namespace.AuthenticateConnect(string)"/>)
    /// ends its socket, and its client is told <c>io server disconnect</c>.
    /// </summary>
    public bool CloseOnAuthenticationExpiration { get; set; }

    /// <summary>May add headers to the answer of the request that opens a connection.</summary>
    public Action<HttpContext>? OnInitialHeaders { get; set; }

    /// <summary>May add headers to every answer.</summary>
    public Action<HttpContext>? OnHeaders { get; set; }

    /// <summary>
    /// How event arguments become JSON: camel case, as elsewhere on the web. For trimmed and AOT applications add the
    /// source-generated contexts to its <see cref="JsonSerializerOptions.TypeInfoResolverChain"/>.
    /// </summary>
    public JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        // The JSON goes into frames, not into pages: escaping what is special in HTML would only make it longer.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Creates Socket.IO's usual cookie: <c>io=&lt;sid&gt;; Path=/; HttpOnly; SameSite=Lax</c>.</summary>
    /// <param name="name">The cookie's name.</param>
    public static CookieBuilder CreateCookie(string name = "io") => new()
    {
        Name = name,
        Path = "/",
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        SecurePolicy = CookieSecurePolicy.None,
    };
}
