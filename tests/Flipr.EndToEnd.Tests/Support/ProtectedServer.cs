using Flipr.SocketIO;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>A Socket.IO server behind <c>RequireAuthorization()</c>, and on an origin of its own a page with the JavaScript client.</summary>
internal sealed class ProtectedServer : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly WebApplication _page;

    private ProtectedServer(WebApplication server, WebApplication page)
    {
        _server = server;
        _page = page;
    }

    public SocketIOServer IO => _server.Services.GetRequiredService<SocketIOServer>();

    /// <summary>Where the server is.</summary>
    public Uri Address => new(_server.Urls.Single());

    /// <summary>Where the page is.</summary>
    public Uri Page => new(_page.Urls.Single());

    /// <summary>A token for a user, signed as the server wants it.</summary>
    public static string TokenOf(string user, TimeSpan? lifetime = null) => TestToken.Create(user, DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromMinutes(10)));

    public static async Task<ProtectedServer> StartAsync()
    {
        WebApplication page = NewBuilder().Build();
        page.MapGet("/", () => Results.Content(PageSource, "text/html"));
        page.MapGet("/client.js", () => Results.File(Path.Combine(NodeClients.Folder, "node_modules", "socket.io-client-4.8", "dist", "socket.io.min.js"), "text/javascript"));
        page.MapGet("/favicon.ico", () => Results.NoContent());
        await StartAsync(page);

        WebApplicationBuilder builder = NewBuilder();
        builder.Services.AddAuthentication("token").AddScheme<AuthenticationSchemeOptions, TokenAuthentication>("token", null);
        builder.Services.AddAuthorization();
        builder.Services.AddSocketIO(options =>
        {
            options.Cors.Origins.Add(page.Urls.Single());
            options.Cors.AllowCredentials = true;
        });
        WebApplication server = builder.Build();
        server.MapSocketIO().RequireAuthorization();
        server.Services.GetRequiredService<SocketIOServer>().OnConnection(socket =>
        {
            socket.On("who", (Ack ack) => ack.SendAsync(socket.User.Identity!.Name));
            socket.On("echo", (byte[] bytes, Ack ack) => ack.SendAsync(bytes));
        });
        await StartAsync(server);
        return new ProtectedServer(server, page);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _page.DisposeAsync();
    }

    private static WebApplicationBuilder NewBuilder()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        return builder;
    }

    private static Task StartAsync(WebApplication app)
    {
        app.Urls.Add("http://127.0.0.1:0");
        return app.StartAsync(TestContext.Current.CancellationToken);
    }

    private const string PageSource = """
        <!doctype html>
        <title>A page of another origin</title>
        <script src="/client.js"></script>
        <script>
          function start(url, way, token, transport) {
            window.outcome = undefined;
            const options = { forceNew: true, reconnection: false };
            if (transport !== 'upgrade') options.transports = [transport];
            if (way === 'query') options.query = { access_token: token };
            if (way === 'header') options.extraHeaders = { Authorization: `Bearer ${token}` };
            if (way === 'cookie') {
              // Cookies know no ports: the server on the same host gets it, if the request may carry credentials.
              document.cookie = `access_token=${token}`;
              options.withCredentials = true;
            }
            const socket = io(url, options);
            const answer = () => socket.emit('who', (name) => { window.outcome = `${name} over ${socket.io.engine.transport.name}`; });
            // The upgrade may be over before the namespace is joined.
            socket.on('connect', () => transport === 'upgrade' && socket.io.engine.transport.name === 'polling' ? socket.io.engine.once('upgrade', answer) : answer());
            socket.on('connect_error', (error) => { window.outcome = `refused: ${error.description ?? error.message}`; });
          }
        </script>
        """;
}
