using System.Security.Claims;
using Flipr.SocketIO;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>
/// A Socket.IO server behind <c>RequireAuthorization()</c>, at <see cref="OpenPath"/> open to all but for its namespaces, with ASP.NET's handlers of JWTs
/// and cookies; and on an origin of its own a page with the JavaScript client.
/// </summary>
internal sealed class ProtectedServer : IAsyncDisposable
{
    /// <summary>Where handshakes need no user. <c>/users</c> lets in whom the handshake knows, <c>/admin</c> whose CONNECT has an admin's token.</summary>
    public const string OpenPath = "/open";

    private readonly WebApplication _server;
    private readonly WebApplication _page;

    private ProtectedServer(WebApplication server, WebApplication page, FakeTimeProvider clock)
    {
        Clock = clock;
        _server = server;
        _page = page;
    }

    public SocketIOServer IO => _server.Services.GetRequiredService<SocketIOServer>();

    /// <summary>The server's time, which stands still where no test moves it.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>Where the server is.</summary>
    public Uri Address => new(_server.Urls.Single());

    /// <summary>Where the page is.</summary>
    public Uri Page => new(_page.Urls.Single());

    /// <summary>A token for a user, signed as the server wants it.</summary>
    public static string TokenOf(string user, TimeSpan? lifetime = null, params string[] roles) => TestToken.Create(user, DateTimeOffset.UtcNow + (lifetime ?? TimeSpan.FromMinutes(10)), roles);

    /// <summary>Logs a user in as a browser does, for some seconds of the server's time, and gives the cookie.</summary>
    public async Task<string> LogInAsync(string user, TimeSpan lifetime)
    {
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.PostAsync(new Uri(Address, $"/login?user={user}&seconds={lifetime.TotalSeconds}"), null, TestContext.Current.CancellationToken);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public static async Task<ProtectedServer> StartAsync()
    {
        WebApplication page = NewBuilder().Build();
        page.MapGet("/", () => Results.Content(PageSource, "text/html"));
        page.MapGet("/client.js", () => Results.File(Path.Combine(NodeClients.Folder, "node_modules", "socket.io-client-4.8", "dist", "socket.io.min.js"), "text/javascript"));
        page.MapGet("/favicon.ico", () => Results.NoContent());
        await StartAsync(page);

        WebApplicationBuilder builder = NewBuilder();
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        builder.Services.AddSingleton<TimeProvider>(clock);
        AddUsers(builder.Services, clock);
        builder.Services.AddSocketIO(options =>
        {
            options.Cors.Origins.Add(page.Urls.Single());
            options.Cors.AllowCredentials = true;
            options.CloseOnAuthenticationExpiration = true;
        });
        WebApplication server = builder.Build();
        server.MapSocketIO().RequireAuthorization();
        server.MapSocketIO(OpenPath);
        server.MapPost("/login", (HttpContext context, string user, int seconds) =>
            context.SignInAsync("Cookies", new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "Cookies")), new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow().AddSeconds(seconds) }));
        SocketIOServer io = server.Services.GetRequiredService<SocketIOServer>();
        io.Of("/users").RequireAuthorization();
        io.Of("/admin").AuthenticateConnect("Bearer");
        io.Of("/admin").RequireAuthorization("admins");
        foreach (Namespace ns in (Namespace[])[io.Default, io.Of("/users"), io.Of("/admin")])
        {
            ns.OnConnection(socket =>
            {
                socket.On("who", (Ack ack) => ack.SendAsync(socket.User.Identity!.Name));
                socket.On("echo", (byte[] bytes, Ack ack) => ack.SendAsync(bytes));
            });
        }

        await StartAsync(server);
        return new ProtectedServer(server, page, clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _page.DisposeAsync();
    }

    private static void AddUsers(IServiceCollection services, TimeProvider clock)
    {
        const string tokenName = "access_token";
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddAuthentication("any")
            .AddPolicyScheme("any", null, any => any.ForwardDefaultSelector = context => context.Request.Cookies.ContainsKey("session") ? "Cookies" : "Bearer")
            .AddCookie("Cookies", cookies => cookies.Cookie.Name = "session")
            .AddJwtBearer("Bearer", jwt =>
            {
                jwt.MapInboundClaims = false;
                jwt.TokenValidationParameters.IssuerSigningKey = TestToken.Key;
                jwt.TokenValidationParameters.ValidateIssuer = false;
                jwt.TokenValidationParameters.ValidateAudience = false;
                jwt.TokenValidationParameters.NameClaimType = "sub";
                jwt.TokenValidationParameters.RoleClaimType = "role";
                jwt.TokenValidationParameters.LifetimeValidator = (_, expires, _, _) => clock.GetUtcNow() < expires;
                jwt.Events = new JwtBearerEvents
                {
                    OnMessageReceived = received =>
                    {
                        received.Token = received.Request.Query[tokenName].FirstOrDefault() ?? received.Request.Cookies[tokenName];
                        return Task.CompletedTask;
                    },
                };
            });
        services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireRole("admin"));
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
            if (way === 'connect') {
              options.path = '/open';
              options.auth = { token };
              url += 'admin';
            }
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
            socket.on('connect_error', (error) => { window.outcome = `refused: ${error.description ?? error.message}${error.data ? ` ${error.data.reason}` : ''}`; });
          }
        </script>
        """;
}
