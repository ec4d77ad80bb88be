using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Flipr.Api.Database;
using Flipr.Api.Security;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.WebUtilities;

namespace Flipr.Api;

/// <summary>Answers every error in one form, and none with internals.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by dependency injection.")]
internal sealed partial class Errors(ILogger<Errors> logger) : IExceptionHandler
{
    /// <summary>How long a client should wait for a database that is away, in seconds.</summary>
    private const string RetryAfterOutage = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        switch (exception)
        {
            case DatabaseUnavailableException:
                httpContext.Response.Headers.RetryAfter = RetryAfterOutage;
                await WriteAsync(httpContext, StatusCodes.Status503ServiceUnavailable, $"{exception.Message} Send the request again in a few seconds.");
                break;
            case RefusedException refused:
                await WriteAsync(httpContext, refused.Status, refused.Message, refused.RetryAfter);
                break;
            case BadHttpRequestException { StatusCode: var status }:
                await WriteAsync(httpContext, status, status switch
                {
                    StatusCodes.Status413PayloadTooLarge => "The body is too large.",
                    StatusCodes.Status408RequestTimeout => "The body came too slowly.",
                    _ => "The request cannot be read.",
                });
                break;
            default:
                LogFailure(logger, exception, httpContext.Request.Method, httpContext.Request.Path);
                await WriteAsync(httpContext, StatusCodes.Status500InternalServerError, "The server failed to handle the request. It is logged there.");
                break;
        }

        return true;
    }

    /// <summary>Answers with an error.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The answer's status.</param>
    /// <param name="message">For whoever sent it.</param>
    /// <param name="retryAfter">When to send it again, if that makes sense.</param>
    public static Task WriteAsync(HttpContext context, int status, string message, TimeSpan? retryAfter = null)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.XContentTypeOptions = "nosniff"; // What an exception left of the headers has lost it.
        if (retryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (status == StatusCodes.Status408RequestTimeout && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close"; // The rest of the body may come at any time: nothing else can come on this connection.
        }

        return context.Response.WriteAsJsonAsync(new ErrorResponse(message), ApiJsonContext.Default.ErrorResponse, cancellationToken: context.RequestAborted);
    }

    /// <summary>Answers a status that nobody gave a body: an unknown path, a method that the path does not take.</summary>
    public static Task WriteStatusAsync(StatusCodeContext context)
    {
        HttpContext http = context.HttpContext;
        string message = http.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this path.",
            // The Socket.IO server's, which knows none of the settings' names.
            StatusCodes.Status503ServiceUnavailable when http.Request.Path.StartsWithSegments("/socket.io") =>
                "There are as many connections as the server takes (MAX_CONNECTIONS), or takes of one address (MAX_SOCKETS_PER_CLIENT). Close some, or try again later.",
            StatusCodes.Status405MethodNotAllowed => $"This path takes {http.Response.Headers.Allow}.",
            var status => $"{ReasonPhrases.GetReasonPhrase(status)}.",
        };
        return WriteAsync(http, http.Response.StatusCode, message);
    }

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed.")]
    private static partial void LogFailure(ILogger logger, Exception exception, string method, string path);
}
