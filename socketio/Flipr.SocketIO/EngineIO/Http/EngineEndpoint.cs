using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Flipr.SocketIO.EngineIO;

/// <summary>Where HTTP requests arrive: checks them, and leads each to its session and transport.</summary>
internal sealed class EngineEndpoint(EngineServer server, OriginPolicy origins)
{
    private const string ProtocolVersion = "4";

    private const string ProxyHint =
        "; only TLS tells it from this server: if a proxy in front ends TLS, switch on forwarded headers (ASPNETCORE_FORWARDEDHEADERS_ENABLED=true, or UseForwardedHeaders)";

    /// <summary>Hook for requests that would open a session; returns why one is refused, or <see langword="null"/>.</summary>
    public Func<HttpContext, ValueTask<string?>>? AllowRequest { get; init; }

    /// <summary>Hook that may add headers to the answer of a handshake (<c>true</c>) or of any request.</summary>
    public Action<HttpContext, bool>? OnHeaders { get; init; }

    /// <summary>Who is asked for sessions that are not here.</summary>
    public ISessionRouter Router { get; init; } = NoSessionRouter.Instance;

    /// <summary>Creates the metadata of an endpoint that leads here.</summary>
    public EngineMapping CreateMapping() => new(origins);

    public async Task HandleAsync(HttpContext context)
    {
        OptOut(context);
        HttpRequest request = context.Request;
        IQueryCollection query = request.Query;

        if (context.Features.Get<CrossOriginCheck>() is { } check)
        {
            check.IsDone = true;
        }

        switch (await origins.CheckAsync(context))
        {
            case OriginVerdict.Malformed:
                await RefuseAsync(context, EngineError.BadRequest, "INVALID_ORIGIN", "the Origin header has illegal characters");
                return;
            case OriginVerdict.Refused:
                await RefuseAsync(context, EngineError.Forbidden, null, $"origin {request.Headers.Origin} is not allowed (option Cors.Origins){(OriginPolicy.LooksProxied(request) ? ProxyHint : "")}");
                return;
        }

        if (HttpMethods.IsOptions(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        bool isWebSocket = WebSocketHandshake.IsRequested(context);
        bool isPolling = query["transport"] == "polling";
        if (!(isPolling && server.Settings.AllowPolling) && !(query["transport"] == "websocket" && server.Settings.AllowWebSocket))
        {
            await RefuseAsync(context, EngineError.UnknownTransport, "TRANSPORT_UNKNOWN", "transport is neither polling nor websocket, or is switched off (option Transports)");
            return;
        }

        if (isPolling == isWebSocket)
        {
            server.Log.TransportMismatch(isPolling);
            await (isPolling
                ? RefuseAsync(context, EngineError.BadRequest, "TRANSPORT_MISMATCH", "a WebSocket handshake with transport=polling")
                : RefuseAsync(context, EngineError.BadRequest, query.ContainsKey("sid") ? "TRANSPORT_MISMATCH" : "TRANSPORT_HANDSHAKE_ERROR", "transport=websocket without the headers Connection and Upgrade"));
            return;
        }

        if (query.TryGetValue("sid", out var sid))
        {
            await ContinueAsync(context, sid.ToString(), isWebSocket);
        }
        else
        {
            await OpenAsync(context, isWebSocket);
        }
    }

    private async Task ContinueAsync(HttpContext context, string sid, bool isWebSocket)
    {
        if (server.Find(sid) is not { } session || session.Transport is PollingTransport before && before.EndIfAborted())
        {
            await OnUnknownAsync(context, sid, isWebSocket);
            return;
        }

        if (session.Owner?.FindMismatch(context) is { } other)
        {
            // As if there were none: whoever asks learns nothing of another's session, and a client that has logged in or out connects anew.
            server.Log.ForeignSession(sid, other, context.Request.Method);
            await RefuseAsync(context, new Refusal(EngineError.UnknownSession, "OWNER_MISMATCH", $"{other} opened the session") { Sid = sid, IsLogged = true });
            return;
        }

        if (context.Request.Query.TryGetValue("EIO", out var version) && version != ProtocolVersion)
        {
            await RefuseAsync(context, EngineError.BadRequest, "PROTOCOL_MISMATCH", "EIO is not that of the session");
            return;
        }

        session.OnRequest(context);
        OnHeaders?.Invoke(context, false);
        if (isWebSocket)
        {
            await UpgradeAsync(context, session);
        }
        else if (session.Transport is not PollingTransport polling)
        {
            await RefuseAsync(context, new Refusal(EngineError.BadRequest, "TRANSPORT_MISMATCH", "polling on a session that has been upgraded")
            {
                PreviousTransport = session.Transport.Name,
            });
        }
        else if (HttpMethods.IsGet(context.Request.Method))
        {
            await polling.GetAsync(context);
        }
        else if (HttpMethods.IsPost(context.Request.Method))
        {
            await polling.PostAsync(context);
        }
        else
        {
            await RefuseAsync(context, EngineError.BadHandshakeMethod, "BAD_HANDSHAKE_METHOD", "only GET and POST");
        }
    }

    private async Task OnUnknownAsync(HttpContext context, string sid, bool isWebSocket)
    {
        string method = context.Request.Method;
        if (!SessionId.IsWellFormed(sid))
        {
            await RefuseAsync(context, EngineError.UnknownSession, "UNKNOWN_SID", "the sid is none of a server's");
            return;
        }

        string defect;
        if (server.Ended.FindReason(sid) is { } reason)
        {
            if (!isWebSocket && HttpMethods.IsGet(method) && server.Ended.TakePoll(sid))
            {
                OnHeaders?.Invoke(context, false);
                await PollingTransport.AnswerLatePollAsync(context);
                return;
            }

            server.Log.EndedSession(sid, reason, method);
            defect = $"the session has ended: {reason}";
        }
        else
        {
            SessionRequest? wanted = isWebSocket ? SessionRequest.Upgrade
                : HttpMethods.IsGet(method) ? SessionRequest.Poll
                : HttpMethods.IsPost(method) ? SessionRequest.Post
                : null;
            if (wanted is not null && await Router.TryRouteAsync(context, sid, wanted.Value))
            {
                return;
            }

            server.Log.UnknownSession(sid, method);
            defect = "no such session on this instance";
        }

        await RefuseAsync(context, new Refusal(EngineError.UnknownSession, "UNKNOWN_SID", defect) { IsLogged = true });
    }

    private async Task OpenAsync(HttpContext context, bool isWebSocket)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !(isWebSocket && HttpMethods.IsConnect(request.Method)))
        {
            await RefuseAsync(context, EngineError.BadHandshakeMethod, "BAD_HANDSHAKE_METHOD", "a session is opened by GET");
            return;
        }

        if (request.Query["EIO"] != ProtocolVersion)
        {
            await RefuseAsync(context, EngineError.UnsupportedProtocolVersion, "UNSUPPORTED_PROTOCOL_VERSION", "EIO is not 4 (a client older than socket.io-client 3?)");
            return;
        }

        if (AllowRequest is not null && await AllowRequest(context) is { } refusal)
        {
            await RefuseAsync(context, new Refusal(EngineError.Forbidden, null, "refused by AllowRequest") { Message = refusal });
            return;
        }

        if (isWebSocket && WebSocketHandshake.Validate(context) is { } defect)
        {
            await RefuseAsync(context, EngineError.BadRequest, "TRANSPORT_HANDSHAKE_ERROR", defect);
            return;
        }

        var owner = SessionOwner.Of(context);
        if (server.TryCreate(context) is not { } session)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        session.Owner = owner;
        session.WantsBase64 = WantsBase64(request);
        if (isWebSocket)
        {
            await OpenWebSocketAsync(context, session);
        }
        else
        {
            await OpenPollingAsync(context, session);
        }
    }

    private async Task OpenPollingAsync(HttpContext context, EngineSession session)
    {
        PollingTransport? polling = null;
        try
        {
            WriteInitialHeaders(context, session);
            polling = new PollingTransport(session);
        }
        finally
        {
            if (polling is null)
            {
                server.Abandon(session);
            }
        }

        server.Open(session, polling, context);
        await polling.GetAsync(context);
    }

    private async Task OpenWebSocketAsync(HttpContext context, EngineSession session)
    {
        WebSocketTransport? transport = null;
        try
        {
            WriteInitialHeaders(context, session);
            transport = await AcceptAsync(context, session);
        }
        finally
        {
            if (transport is null)
            {
                server.Abandon(session);
            }
        }

        if (transport is null)
        {
            return;
        }

        bool isOpen = false;
        try
        {
            server.Open(session, transport, context);
            isOpen = true;
        }
        finally
        {
            if (!isOpen)
            {
                lock (session.Gate)
                {
                    transport.Abort();
                }
            }
        }

        await transport.RunAsync(isUpgrade: false);
    }

    // The application's code, which may throw.
    private void WriteInitialHeaders(HttpContext context, EngineSession session)
    {
        if (server.Settings.Cookie is { } cookie)
        {
            context.Response.Cookies.Append(cookie.Name!, session.Id, cookie.Build(context));
        }

        OnHeaders?.Invoke(context, true);
    }

    private async Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        if (WebSocketHandshake.Validate(context) is { } defect)
        {
            await RefuseAsync(context, EngineError.BadRequest, "TRANSPORT_HANDSHAKE_ERROR", defect);
            return;
        }

        if (!server.Settings.AllowUpgrades)
        {
            await RefuseAsync(context, new Refusal(EngineError.BadRequest, "TRANSPORT_MISMATCH", "the session may not be upgraded (option AllowUpgrades)")
            {
                PreviousTransport = session.Transport.Name,
            });
            return;
        }

        if (await AcceptAsync(context, session) is not { } transport)
        {
            return;
        }

        if (session.TryBeginUpgrade(transport))
        {
            session.WantsBase64 |= WantsBase64(context.Request);
            await transport.RunAsync(isUpgrade: true);
        }
        else
        {
            // On a WebSocket already, or about to be. As the protocol's own tests want it: accepted, and closed.
            await transport.TurnAwayAsync();
        }
    }

    private async Task<WebSocketTransport?> AcceptAsync(HttpContext context, EngineSession session)
    {
        try
        {
            return await WebSocketHandshake.AcceptAsync(context, session, server.Settings);
        }
        catch (InvalidOperationException exception)
        {
            // Kestrel's MaxConcurrentUpgradedConnections.
            server.Log.UpgradeRefused(exception);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return null;
        }
    }

    private Task RefuseAsync(HttpContext context, EngineError error, string? name, string defect) => RefuseAsync(context, new Refusal(error, name, defect));

    private Task RefuseAsync(HttpContext context, Refusal refusal) => server.RefuseAsync(context, refusal with
    {
        Sid = Ask(context, "sid"),
        Transport = Ask(context, "transport"),
    });

    private static string? Ask(HttpContext context, string parameter) =>
        context.Request.Query.TryGetValue(parameter, out var value) ? value.ToString() : null;

    private static bool WantsBase64(HttpRequest request) => request.Query["b64"] == "1";

    // A poll waits, and a slow phone is slow: neither is the attack that the application's global limits are meant for.
    private static void OptOut(HttpContext context)
    {
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } response && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            response.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } body)
        {
            body.MinDataRate = null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }
    }
}
