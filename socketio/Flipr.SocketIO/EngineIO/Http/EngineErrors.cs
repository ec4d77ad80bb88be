using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>Answers refused requests: <c>{"code":n,"message":"..."}</c> with status 400, or 403 for code 4.</summary>
internal static class EngineErrors
{
    /// <summary>The text that goes with a code on the wire.</summary>
    public static string MessageOf(EngineError error) => error switch
    {
        EngineError.UnknownTransport => "Transport unknown",
        EngineError.UnknownSession => "Session ID unknown",
        EngineError.BadHandshakeMethod => "Bad handshake method",
        EngineError.Forbidden => "Forbidden",
        EngineError.UnsupportedProtocolVersion => "Unsupported protocol version",
        _ => "Bad request",
    };

    /// <summary>Writes the answer.</summary>
    public static async Task WriteAsync(HttpContext context, EngineError error, string message)
    {
        context.Response.StatusCode = error == EngineError.Forbidden ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest;
        context.Response.ContentType = "application/json";
        string escaped = JsonEncodedText.Encode(message).ToString();
        await context.Response.WriteAsync($$"""{"code":{{(int)error}},"message":"{{escaped}}"}""", CancellationToken.None);
    }
}
