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

    public async Task HandleAsync(HttpContext context)
    {
        OptOut(context);
        HttpRequest request = context.Request;
        IQueryCollection query = request.Query;

        switch (await origins.CheckAsync(context))
        {
            case OriginVerdict.Malformed:
                await server.RefuseAsync(context, EngineError.BadRequest, "INVALID_ORIGIN: the Origin header has illegal characters");
                return;
            case OriginVerdict.Refused:
                await server.RefuseAsync(context, EngineError.Forbidden, $"origin {request.Headers.Origin} is not allowed (option Cors.Origins){(OriginPolicy.LooksProxied(request) ? ProxyHint : "")}");
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
            await server.RefuseAsync(context, EngineError.UnknownTransport, "TRANSPORT_UNKNOWN: transport is neither polling nor websocket, or is switched off (option Transports)");
            return;
        }

        if (isPolling == isWebSocket)
        {
            server.Log.TransportMismatch(isPolling);
            await server.RefuseAsync(context, EngineError.BadRequest, isPolling
                ? "TRANSPORT_MISMATCH: a WebSocket handshake with transport=polling"
                : $"{(query.ContainsKey("sid") ? "TRANSPORT_MISMATCH" : "TRANSPORT_HANDSHAKE_ERROR")}: transport=websocket without the headers Connection and Upgrade");
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
        if (server.Find(sid) is not { } session)
        {
            server.Log.UnknownSession(SessionId.IsWellFormed(sid) ? sid : "(malformed)");
            await server.RefuseAsync(context, EngineError.UnknownSession, "UNKNOWN_SID: no such session on this instance");
            return;
        }

        if (context.Request.Query.TryGetValue("EIO", out var version) && version != ProtocolVersion)
        {
            await server.RefuseAsync(context, EngineError.BadRequest, "PROTOCOL_MISMATCH: EIO is not that of the session");
            return;
        }

        OnHeaders?.Invoke(context, false);
        if (isWebSocket)
        {
            await UpgradeAsync(context, session);
        }
        else if (session.Transport is not PollingTransport polling)
        {
            await server.RefuseAsync(context, EngineError.BadRequest, "TRANSPORT_MISMATCH: polling on a session that has been upgraded");
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
            await server.RefuseAsync(context, EngineError.BadHandshakeMethod, "BAD_HANDSHAKE_METHOD: only GET and POST");
        }
    }

    private async Task OpenAsync(HttpContext context, bool isWebSocket)
    {
        HttpRequest request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !(isWebSocket && HttpMethods.IsConnect(request.Method)))
        {
            await server.RefuseAsync(context, EngineError.BadHandshakeMethod, "BAD_HANDSHAKE_METHOD: a session is opened by GET");
            return;
        }

        if (request.Query["EIO"] != ProtocolVersion)
        {
            await server.RefuseAsync(context, EngineError.UnsupportedProtocolVersion, "UNSUPPORTED_PROTOCOL_VERSION: EIO is not 4 (a client older than socket.io-client 3?)");
            return;
        }

        if (AllowRequest is not null && await AllowRequest(context) is { } refusal)
        {
            await server.RefuseAsync(context, EngineError.Forbidden, "refused by AllowRequest", refusal);
            return;
        }

        if (isWebSocket && WebSocketHandshake.Validate(context) is { } defect)
        {
            await server.RefuseAsync(context, EngineError.BadRequest, $"TRANSPORT_HANDSHAKE_ERROR: {defect}");
            return;
        }

        if (server.TryCreate(context) is not { } session)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "1";
            return;
        }

        if (server.Settings.Cookie is { } cookie)
        {
            context.Response.Cookies.Append(cookie.Name!, session.Id, cookie.Build(context));
        }

        OnHeaders?.Invoke(context, true);
        if (isWebSocket)
        {
            await OpenWebSocketAsync(context, session);
        }
        else
        {
            var polling = new PollingTransport(session);
            server.Open(session, polling, context);
            await polling.GetAsync(context);
        }
    }

    private async Task OpenWebSocketAsync(HttpContext context, EngineSession session)
    {
        if (await AcceptAsync(context, session) is { } transport)
        {
            server.Open(session, transport, context);
            await transport.RunAsync(isUpgrade: false);
        }
        else
        {
            server.Abandon(session);
        }
    }

    private async Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        if (WebSocketHandshake.Validate(context) is { } defect)
        {
            await server.RefuseAsync(context, EngineError.BadRequest, $"TRANSPORT_HANDSHAKE_ERROR: {defect}");
            return;
        }

        if (!server.Settings.AllowUpgrades || !session.CanUpgrade)
        {
            await server.RefuseAsync(context, EngineError.BadRequest, "TRANSPORT_MISMATCH: the session is upgraded, is being upgraded, or may not be (option AllowUpgrades)");
            return;
        }

        if (await AcceptAsync(context, session) is { } transport)
        {
            // Two handshakes at once: the second finds the place taken, and its WebSocket is closed.
            bool isFirst = session.TryBeginUpgrade(transport);
            if (!isFirst)
            {
                lock (session.Gate)
                {
                    transport.Close(CloseReason.ForcedClose);
                }
            }

            await transport.RunAsync(isUpgrade: true);
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
