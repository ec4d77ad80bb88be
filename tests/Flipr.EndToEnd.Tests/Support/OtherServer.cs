using System.Collections.Concurrent;
using System.Net;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>
/// A Socket.IO server of another origin, in the test's own process, that lets every page do as it likes and writes down all that it hears: what an attacker
/// would set up to be linked to.
/// </summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _heard;

    private OtherServer(WebApplication app, ConcurrentQueue<string> heard)
    {
        _app = app;
        _heard = heard;
        Address = new Uri(app.Urls.Single());
    }

    public Uri Address { get; }

    /// <summary>What was asked of it: method, path, headers and body.</summary>
    public IReadOnlyCollection<string> Heard => _heard;

    /// <summary>Starts it.</summary>
    /// <param name="listen">What its Socket.IO server does.</param>
    /// <param name="redirect">Where it sends those on who post; null: it takes what is posted.</param>
    public static async Task<OtherServer> StartAsync(Action<SocketIOServer>? listen = null, Uri? redirect = null)
    {
        var heard = new ConcurrentQueue<string>();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSocketIO(options =>
        {
            options.MaxOutboundBytes = 1 << 30;
            options.Cors.IsOriginAllowed = static (_, _) => true;
            options.Cors.AllowCredentials = true;
        });
        WebApplication app = builder.Build();
        app.Use(async (context, next) =>
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
            string body = context.Features.Get<IHttpWebSocketFeature>()?.IsWebSocketRequest is true ? "" : await reader.ReadToEndAsync(context.RequestAborted);
            context.Request.Body.Position = 0;
            heard.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {string.Join(' ', context.Request.Headers)} {body}");
            context.Response.Headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
            context.Response.Headers.AccessControlAllowCredentials = "true";
            context.Response.Headers.AccessControlAllowHeaders = "content-type, x-api-key";
            await next(context);
        });
        app.MapMethods("/{*path}", [HttpMethods.Options], () => Results.NoContent());
        app.MapGet("/frontend.json", () => Results.Json(new { production = false, key_required = true }));
        app.MapPost("/update", () => redirect is null
            ? Results.Json(new { status = "success", id = "taken" })
            : Results.Redirect(new Uri(redirect, "/update").ToString(), preserveMethod: true));
        app.MapSocketIO();
        listen?.Invoke(app.Services.GetRequiredService<SocketIOServer>());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new OtherServer(app, heard);
    }

    /// <summary>Waits until so many listings were posted to it.</summary>
    public Task UntilPostedAsync(int count) =>
        Deadline.Until(() => Task.FromResult(_heard.Count(request => request.StartsWith("POST /update", StringComparison.Ordinal))), posted => posted >= count, posted => $"{count} posts; {posted} came");

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
