using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// The server's side of the WebSocket handshake: RFC 6455, section 4.2, over HTTP/1.1, and RFC 8441 over HTTP/2. Done here,
/// not by <c>UseWebSockets</c>, because frames are written past the framework afterwards; and nobody can forget to call it.
/// </summary>
internal static class WebSocketHandshake
{
    private const string AcceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>How the server at hand lets a connection become a WebSocket.</summary>
    private enum Way
    {
        None,

        /// <summary>HTTP/1.1 on Kestrel.</summary>
        Upgrade,

        /// <summary>HTTP/2 on Kestrel.</summary>
        ExtendedConnect,

        /// <summary>TestServer, which has WebSockets of its own.</summary>
        Feature,
    }

    /// <summary>Whether the request asks for a WebSocket.</summary>
    public static bool IsRequested(HttpContext context) => FindWay(context) switch
    {
        Way.Upgrade => context.Request.Headers.Upgrade.Any(static value => "websocket".Equals(value?.Trim(), StringComparison.OrdinalIgnoreCase)),
        Way.ExtendedConnect => "websocket".Equals(context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().Protocol, StringComparison.OrdinalIgnoreCase),
        Way.Feature => true,
        _ => false,
    };

    /// <summary>Says what is wrong with the handshake; <see langword="null"/> if nothing is.</summary>
    public static string? Validate(HttpContext context)
    {
        Way way = FindWay(context);
        if (way == Way.Feature)
        {
            return null;
        }

        if (context.Request.Headers.SecWebSocketVersion != "13")
        {
            return "Sec-WebSocket-Version is not 13";
        }

        Span<byte> key = stackalloc byte[18];
        return way == Way.Upgrade
            && !(Convert.TryFromBase64String(context.Request.Headers.SecWebSocketKey.ToString(), key, out int length) && length == 16)
            ? "Sec-WebSocket-Key is not 16 bytes in base64"
            : null;
    }

    /// <summary>Completes the handshake and creates the transport that suits the connection.</summary>
    /// <exception cref="InvalidOperationException">The server allows no more upgraded connections.</exception>
    public static async Task<WebSocketTransport> AcceptAsync(HttpContext context, EngineSession session, EngineSettings settings)
    {
        string? subProtocol = context.Request.Headers.SecWebSocketProtocol.ToString().Split(',')[0].Trim();
        subProtocol = subProtocol.Length == 0 ? null : subProtocol;

        (WebSocketDeflateOptions Options, string Answer)? deflate = settings.PerMessageDeflate
            ? DeflateNegotiation.Negotiate(context.Request.Headers.SecWebSocketExtensions.ToString())
            : null;

        Stream stream;
        PipeWriter? output = null;
        switch (FindWay(context))
        {
            case Way.Upgrade:
                context.Response.Headers.Upgrade = "websocket";
                context.Response.Headers.SecWebSocketAccept = AcceptKey(context.Request.Headers.SecWebSocketKey.ToString());
                SetHeaders(context.Response.Headers, subProtocol, deflate?.Answer);
                stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
                output = context.Features.Get<IConnectionTransportFeature>()?.Transport.Output;
                break;
            case Way.ExtendedConnect:
                context.Response.StatusCode = StatusCodes.Status200OK;
                SetHeaders(context.Response.Headers, subProtocol, deflate?.Answer);
                stream = await context.Features.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync();
                break;
            case Way.Feature:
                WebSocket accepted = await context.Features.GetRequiredFeature<IHttpWebSocketFeature>().AcceptAsync(new WebSocketAcceptContext { SubProtocol = subProtocol, KeepAliveInterval = TimeSpan.Zero });
                return new ManagedWebSocketTransport(session, context, accepted);
            default:
                throw new InvalidOperationException("The request is no WebSocket handshake.");
        }

        if (settings.UseRawTransport && deflate is null)
        {
            return new RawWebSocketTransport(session, context, stream, output ?? PipeWriter.Create(stream));
        }

        return new ManagedWebSocketTransport(session, context, WebSocket.CreateFromStream(
            stream,
            new WebSocketCreationOptions
            {
                IsServer = true,
                KeepAliveInterval = TimeSpan.Zero,
                SubProtocol = subProtocol,
                DangerousDeflateOptions = deflate?.Options,
            }));
    }

    // Only what there is: an empty value would stop Kestrel's HTTP/2 writer from sending the headers behind it.
    private static void SetHeaders(IHeaderDictionary headers, string? subProtocol, string? extensions)
    {
        if (subProtocol is not null)
        {
            headers.SecWebSocketProtocol = subProtocol;
        }

        if (extensions is not null)
        {
            headers.SecWebSocketExtensions = extensions;
        }
    }

    // By what the features say, not by which are there: Kestrel's HTTP/2 stream has the upgrade too, and it never applies.
    private static Way FindWay(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true })
        {
            return Way.Upgrade;
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true })
        {
            return Way.ExtendedConnect;
        }

        return context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } ? Way.Feature : Way.None;
    }

    // RFC 6455 asks for SHA-1 here; it proves that the other side speaks WebSocket and protects nothing.
#pragma warning disable CA5350
    private static string AcceptKey(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key.Trim() + AcceptGuid)));
#pragma warning restore CA5350
}
