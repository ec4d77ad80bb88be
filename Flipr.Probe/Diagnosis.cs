using System.Globalization;
using System.Security.Authentication;
using Flipr.Probe.Engine;

namespace Flipr.Probe;

/// <summary>From what was seen to what most likely lies behind it. The faults' names are listed in docs/probe.md.</summary>
internal static class Diagnosis
{
    private const string PassUpgrade =
        "Let the proxy pass the Upgrade: nginx needs proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\"; in this location. " +
        "Without a proxy: start the server with WebSocket support.";

    /// <summary>An answer to a request of Engine.IO that is not the one it should be.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="asked">What was asked for, in words.</param>
    /// <param name="options">The command line's.</param>
    /// <param name="withOrigin">Whether the request had an <c>Origin</c>.</param>
    public static Finding OfAnswer(HttpAnswer answer, string asked, ProbeOptions options, bool withOrigin = false)
    {
        string seen = Seen(answer, asked);
        return OfEngineError(answer, seen, options, withOrigin) ?? OfStatus(answer, seen, options, withOrigin) ?? OfBody(answer, seen, options);
    }

    /// <summary>An answer to a WebSocket handshake that is not 101.</summary>
    public static Finding OfUpgrade(HttpAnswer answer, ProbeOptions options, bool pollingWorks)
    {
        const string Asked = "the WebSocket handshake";
        string seen = Seen(answer, Asked) + ", expected 101";
        if (answer.Status == 101)
        {
            return Finding.Failed(
                "websocket-accept", "the WebSocket handshake was answered 101 with a wrong Sec-WebSocket-Accept", "Something that speaks no WebSocket changes or repeats answers on the way.",
                "Take what stands in between (a cache, an inspecting firewall) out of this path.");
        }

        // A request that arrives without its Upgrade is a plain GET of the transport websocket.
        if (answer.EngineError is { Code: 3 })
        {
            return Finding.Failed(
                "upgrade-dropped", seen, $"The request reached the Socket.IO server as a plain GET: {Server(answer)} dropped its Upgrade and Connection headers.", PassUpgrade);
        }

        if (answer.EngineError is null && answer.Status is 200 or 400 or 404 or 405 or 426 or 501 && pollingWorks)
        {
            return Finding.Failed(
                "websocket-not-spoken", seen, $"Polling works at the same path, so {Server(answer)} takes no WebSocket there, or the server runs without WebSocket support.", PassUpgrade);
        }

        return OfAnswer(answer, Asked, options, options.Origin is not null) with { Summary = seen };
    }

    /// <summary>A redirect, which neither a WebSocket nor a CORS preflight follows.</summary>
    public static Finding OfRedirect(HttpAnswer answer, ProbeOptions options)
    {
        string location = answer.Header("Location")!;
        var target = new Uri(options.Endpoint, location);
        bool toTls = target.Scheme == "https" && options.Endpoint.Scheme == "http";
        return Finding.Failed(
            toTls ? "redirect-to-https" : "redirect",
            string.Create(CultureInfo.InvariantCulture, $"answered {answer.Status}, Location: {Shorten.Text(location)}"),
            toTls ? "The address is http:// or ws://, and this host sends everyone to https. Browsers do not follow a redirect of a WebSocket." :
                "The endpoint is elsewhere. Browsers do not follow a redirect of a WebSocket.",
            $"Give clients the address it leads to: {target.GetLeftPart(UriPartial.Authority)}{(target.AbsolutePath == options.Endpoint.AbsolutePath ? "" : target.AbsolutePath)}.").AndEnd();
    }

    /// <summary>Plain HTTP was sent to a port of TLS.</summary>
    public static Finding OfPlainHttpToTls(ProbeOptions options) => Finding.Failed(
        "tls-only", "the port speaks TLS, and the address is http:// or ws://", "The address lacks its s.", $"Use https://{options.Endpoint.Authority} (wss:// for WebSockets).").AndEnd();

    /// <summary>No answer of HTTP at all, or none in time.</summary>
    /// <returns>Null where the exception is none of the network's.</returns>
    public static Finding? OfException(Exception exception, ProbeOptions options) => exception switch
    {
        FindingException finding => finding.Finding,
        RequestRefusedException refused => OfAnswer(refused.Answer, refused.Message.Split(" was answered ")[0], options, options.Origin is not null),
        UpgradeRefusedException refused => OfUpgrade(refused.Answer, options, pollingWorks: false),
        ConnectionEndedException { InnerException: RequestRefusedException refused } => OfException(refused, options),
        ConnectionEndedException ended => Finding.Failed(
            "connection-ended", $"the connection ended: {ended.Message}", "The server, or something in between, ended it.",
            "Read the server's log of this moment; a proxy's log where the server's says nothing."),
        TimeoutException timeout => Finding.Failed(
            "no-answer", timeout.Message, "The connection stands and nothing answers on it: the process hangs or is overloaded, or another program listens on this port.",
            "Look at the process and its log; a cold start may need a longer --timeout. A bare Node server leaves every path but its own unanswered: check --path."),
        HttpRequestException { InnerException: AuthenticationException tls } => Finding.Failed(
            "tls", $"TLS failed: {Innermost(tls)}", "The certificate or the TLS settings of one of the addresses differ from what the TLS stage saw.", "Check the certificate of every address and instance."),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } invalid => Finding.Failed(
            "not-http", $"the answer is no HTTP: {Shorten.Text(Innermost(invalid))}", "Another protocol is spoken on this port (TLS, a database, SSH).",
            options.Endpoint.Scheme == "http" ? "Check the port; try https://." : "Check the port."),
        HttpRequestException broken => Finding.Failed(
            "connection-broken", $"the connection broke before an answer: {Shorten.Text(Innermost(broken))}",
            "Whoever took the connection closed it: a proxy without a server behind it, a port that speaks TLS only, a process that crashed or restarts.",
            options.Endpoint.Scheme == "http" ? "Look at the process and its log; try https://." : "Look at the process, the proxy before it, and their logs."),
        IOException broken => Finding.Failed(
            "connection-broken", $"the connection broke: {Shorten.Text(Innermost(broken))}", "Whoever took the connection closed it.", "Look at the process, the proxy before it, and their logs."),
        _ => null,
    };

    /// <summary>The server has a transport, and not this one.</summary>
    private static Finding? OfEngineError(HttpAnswer answer, string seen, ProbeOptions options, bool withOrigin) => answer.EngineError switch
    {
        (0, _) => Finding.Failed(
            "transport-off", seen, "The server's option transports leaves this one out (or something in between drops the query string).",
            "Add it to the server's transports, or give the client only those that the server has."),
        (1, _) => Finding.Failed(
            "no-affinity", seen, "The session is another instance's: requests of one session are balanced over several of them without affinity.",
            "Turn session affinity on in the load balancer (nginx: ip_hash; cookies elsewhere), run one instance, or let clients use transports: ['websocket']."),
        (2, _) => Finding.Failed("bad-method", seen, "Something in between changed the method of the request.", "Let the proxy pass requests as they are."),
        (3, _) => Finding.Failed("bad-request", seen, "The server found the request at odds with its transport; its log names the cause.", "Look for 'Bad request' or connection_error in the server's log."),
        (4, _) => Forbidden(seen, options, withOrigin),
        (5, _) => Finding.Failed("protocol-version", seen, "The server does not take EIO=4, the protocol of Socket.IO 3 and 4.", "Upgrade the server to Socket.IO 4."),
        _ => null,
    };

    private static Finding? OfStatus(HttpAnswer answer, string seen, ProbeOptions options, bool withOrigin) => answer.Status switch
    {
        401 => Finding.Failed("unauthorized", seen, "Somebody before Socket.IO wants credentials.", "Exempt this path there: browsers cannot set an Authorization header on a WebSocket."),
        403 => Forbidden(seen, options, withOrigin),
        404 when answer.Header("x-render-routing") == "no-server" => Finding.Failed(
            "no-service", seen, "Render knows no service of this name.", "Check the service's address in Render's dashboard; rename the service, or give clients its real address."),
        404 or 405 => Finding.Failed(
            "not-socketio", seen, $"An HTTP server answers, and has no Socket.IO at {options.Endpoint.AbsolutePath}: another path, another host, or a proxy that does not forward it.",
            "Give the server's path with --path (Socket.IO's option path), or forward this path to it."),
        413 => Finding.Failed("too-large", seen, $"Bodies of this size are refused by {Server(answer)}.", "Raise its limit above the server's maxPayload (nginx: client_max_body_size 2m;)."),
        426 => Finding.Failed("upgrade-required", seen, "The server wants a WebSocket here and offers no polling.", "Use transports: ['websocket'], or turn polling on."),
        429 => Finding.Failed("rate-limited", seen, "Too many requests from this address.", "Wait, or raise the limit."),
        502 or 503 or 504 => Finding.Failed(
            "bad-gateway", seen, $"This is {Server(answer)} speaking: the Socket.IO process behind it is down, starts, crashed, or listens on another port or on the loopback only.",
            "Look at the process and its log; it must listen on all interfaces, at the port that the platform gives (PORT)."),
        >= 500 => Finding.Failed("server-error", seen, "The server failed on this request.", "Read its log."),
        >= 300 and < 400 when answer.IsRedirect => OfRedirect(answer, options),
        _ => null,
    };

    private static Finding OfBody(HttpAnswer answer, string seen, ProbeOptions options)
    {
        int colon = answer.Body.IndexOf(':', StringComparison.Ordinal);
        if (answer.Status == 200 && colon is > 0 and < 8 && answer.Body.AsSpan(0, colon).IndexOfAnyExceptInRange('0', '9') < 0 && answer.Body.AsSpan(colon + 1).StartsWith("0{"))
        {
            return Finding.Failed(
                "eio3-server", "the server answered EIO=4 in the format of Engine.IO 3", "It is a Socket.IO 2 server: clients of Socket.IO 3 and 4 cannot read what it says.",
                "Upgrade the server to Socket.IO 4 (allowEIO3: true keeps old clients), or use socket.io-client 2.").AndEnd();
        }

        return answer.IsHtml
            ? Finding.Failed(
                "html", seen, $"A web page answers at {options.Endpoint.AbsolutePath}: the host of the frontend (a single-page app answers every path), a parking page, or a login page.",
                "Use the backend's address, or forward this path to it; the server's path may be another one (--path).")
            : Finding.Failed(
                "not-socketio", seen, $"What answers at {options.Endpoint.AbsolutePath} is no Socket.IO server.", "Check host, port and path (--path).");
    }

    private static Finding Forbidden(string seen, ProbeOptions options, bool withOrigin) => withOrigin
        ? Finding.Failed(
            "origin-refused", seen, $"The server does not allow the origin {options.Origin}.",
            $"Add {options.Origin} to the server's allowed origins (Flipr: ALLOWED_ORIGINS; Node: cors.origin and allowRequest).")
        : Finding.Failed(
            "forbidden", seen, "The server's allowRequest, or a firewall before it, refuses this client.", "Try with --origin of an allowed page; else look for the rule that refuses.");

    private static string Seen(HttpAnswer answer, string asked) =>
        string.Create(CultureInfo.InvariantCulture, $"{asked} was answered {answer.Status}{(answer.Body.Length == 0 ? "" : answer.IsHtml ? " with a web page" : " " + Shorten.Text(answer.Body))}");

    /// <summary>Who answered, as far as it says.</summary>
    private static string Server(HttpAnswer answer) =>
        answer.Header("Server")?.Split('/')[0] is { Length: > 0 } server && server != "Kestrel" ? $"the proxy or server '{Shorten.Text(server)}'" : "something in between (or the server itself)";

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception.Message;
    }
}
