using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>A token that the JavaScript client sends as <c>auth: { token }</c>, and the scheme that says whose it is.</summary>
public abstract class ConnectTokenTests(Route route) : WireTest(route)
{
    private readonly JwtApplication _application = new();
    private readonly Heard<string?> _asked = new("the middleware");

    public sealed class OverWebSocket() : ConnectTokenTests(Route.Raw1);

    public sealed class OverPolling() : ConnectTokenTests(Route.Polling1);

    [Fact]
    public async Task The_tokens_user_is_the_sockets_in_that_namespace()
    {
        WireServer server = await StartAsync(_application.Setup(policies: options => options.AddPolicy("admins", policy => policy.RequireRole("admin"))));
        Namespace admin = Listen(server.IO.Of("/admin"));
        admin.RequireAuthorization("admins");
        admin.AuthenticateConnect("Bearer");
        Listen(server.IO.Default);
        EngineClient client = await JoinAsync(server);

        await client.JoinAsync("/admin", Auth(_application.TokenOf(server, "ada", "admin")));
        await client.SendAsync("421[\"who\"]", "42/admin,2[\"who\"]");

        await client.ShouldReceiveAsync("431[null]", "43/admin,2[\"ada\"]");
        Assert.Equal([null, "ada"], _asked.All);
    }

    [Fact]
    public async Task A_token_of_somebody_who_may_not_enter_is_Forbidden()
    {
        WireServer server = await StartAsync(_application.Setup(policies: options => options.AddPolicy("admins", policy => policy.RequireRole("admin"))));
        Listen(server.IO.Default).AuthenticateConnect("Bearer");
        server.IO.RequireAuthorization("admins");
        EngineClient client = await OpenAsync(server);

        await client.SendAsync($"40{Auth(_application.TokenOf(server, "ada"))}");

        await client.ShouldReceiveAsync("44{\"message\":\"Forbidden\",\"data\":{\"status\":403,\"reason\":\"forbidden\"}}");
        Assert.Empty(_asked.All);
    }

    [Theory]
    [InlineData("\"forged\"")]
    [InlineData("\"a\\r\\nX-User: ada\"")]
    [InlineData("\"half \\ud83d\"")]
    [InlineData("5")]
    [InlineData("{\"token\":\"t\"}")]
    [InlineData("true")]
    public async Task A_bad_token_is_Unauthorized_even_where_the_handshakes_user_is_welcome(string token)
    {
        WireServer server = await StartAsync(_application.Setup());
        _application.HeaderToken = _application.TokenOf(server, "ada");
        Listen(server.IO.Of("/admin")).AuthenticateConnect("Bearer");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"40/admin,{{\"token\":{token}}}");

        await client.ShouldReceiveAsync("44/admin,{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"token_invalid\"}}");
        Assert.Empty(_asked.All);
        await client.JoinAsync("/admin", Auth(_application.TokenOf(server, "bob")));
    }

    [Fact]
    public async Task No_token_neither_a_good_nor_a_bad_one_is_in_the_log()
    {
        WireServer server = await StartAsync(_application.Setup());
        server.IO.AuthenticateConnect("Bearer");
        string good = _application.TokenOf(server, "ada");
        string expired = _application.TokenOf("ada", server.Clock.GetUtcNow().AddSeconds(-1));
        string forged = new JwtApplication().TokenOf(server, "ada");
        EngineClient client = await OpenAsync(server);

        foreach (string token in (string[])[expired, forged, "garbage-9274"])
        {
            await client.SendAsync($"40{Auth(token)}");
            await client.ShouldReceiveAsync("44{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"token_invalid\"}}");
        }

        await client.JoinAsync("/", Auth(good));
        await server.Log.ContainsAsync("does not accept its token");
        string log = string.Join('\n', server.Log.Entries);
        Assert.All((string[])[good, expired, forged, "garbage-9274"], token => Assert.DoesNotContain(token, log, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"token\":null}")]
    [InlineData("{\"token\":\"\"}")]
    [InlineData("{\"Token\":\"other\"}")]
    public async Task Without_a_token_the_handshakes_user_stays_and_authorization_asks_for_one(string auth)
    {
        WireServer server = await StartAsync(_application.Setup());
        Namespace open = Listen(server.IO.Of("/open"));
        open.AuthenticateConnect("Bearer");
        server.IO.Of("/closed").AuthenticateConnect("Bearer");
        server.IO.Of("/closed").RequireAuthorization();
        EngineClient nobody = await JoinAsync(server);
        await nobody.JoinAsync("/open", auth);
        await nobody.SendAsync($"40/closed,{auth}");
        await nobody.ShouldReceiveAsync("44/closed,{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"token_missing\"}}");

        _application.HeaderToken = _application.TokenOf(server, "ada");
        EngineClient ada = await JoinAsync(server);
        await ada.JoinAsync("/open", auth);
        await ada.JoinAsync("/closed", auth);
        Assert.Equal([null, "ada"], _asked.All);
    }

    [Fact]
    public async Task The_property_may_have_another_name()
    {
        WireServer server = await StartAsync(_application.Setup());
        Listen(server.IO.Default).AuthenticateConnect("Bearer", "jwt");
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/", $"{{\"token\":5,\"jwt\":\"{_application.TokenOf(server, "ada")}\"}}");

        Assert.Equal(["ada"], _asked.All);
    }

    [Fact]
    public async Task A_parents_namespaces_read_tokens_too()
    {
        WireServer server = await StartAsync(_application.Setup());
        ParentNamespace tiles = server.IO.Of(new Regex("^/tile-\\d$"));
        tiles.AuthenticateConnect("Bearer");
        tiles.RequireAuthorization();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40/tile-1,");
        await client.ShouldReceiveAsync("44/tile-1,{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"token_missing\"}}");
        await client.JoinAsync("/tile-1", Auth(_application.TokenOf(server, "ada")));
    }

    [Fact]
    public async Task The_scheme_sees_a_request_of_its_own()
    {
        var seen = new Heard<string>("requests");
        WireServer server = await StartAsync(Quoting(seen));
        server.IO.AuthenticateConnect("quoting");
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/", Auth("of-the-connect"));

        Assert.Equal(
            [$"GET http://{server.IO.Sockets.Single().Handshake.Headers.Host}/socket.io/; query: ; cookie: ; authorization: Bearer of-the-connect; services: True; live: False"],
            seen.All.Where(static request => !request.Contains("transport", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_a_scheme_throws_is_logged_without_the_token_that_it_quotes()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(Quoting(new Heard<string>("requests")));
        server.IO.AuthenticateConnect("quoting");
        EngineClient client = await OpenAsync(server);

        await client.SendAsync($"40{Auth("quote-9274")}");

        await client.ShouldReceiveAsync("44{\"message\":\"Internal server error\"}");
        await server.Log.ContainsAsync("FormatException");
        Assert.DoesNotContain("quote-9274", string.Join('\n', server.Log.Entries), StringComparison.Ordinal);
    }

    private static string Auth(string token) => $"{{\"token\":{JsonSerializer.Serialize(token)}}}";

    private static WireServerSetup Quoting(Heard<string> seen) => new()
    {
        Services = services =>
        {
            services.AddSingleton(seen).AddAuthentication().AddScheme<AuthenticationSchemeOptions, QuotingAuthentication>("quoting", null);
        },
    };

    private Namespace Listen(Namespace ns)
    {
        ns.Use(socket =>
        {
            _asked.Add(socket.User.Identity!.Name);
            return Task.CompletedTask;
        });
        ns.OnConnection(socket => socket.On("who", () => socket.User.Identity!.Name));
        return ns;
    }

    private sealed class QuotingAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, Heard<string> seen)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string authorization = Request.Headers.Authorization.ToString();
            if (authorization.EndsWith("quote-9274", StringComparison.Ordinal))
            {
                throw new FormatException($"{authorization["Bearer ".Length..]} is no token");
            }

            bool hasServices = Context.RequestServices.GetService<IAuthenticationService>() is not null;
            seen.Add($"{Request.Method} {Request.Scheme}://{Request.Host}{Request.PathBase}{Request.Path}; query: {Request.QueryString}; cookie: {Request.Headers.Cookie}; "
                + $"authorization: {authorization}; services: {hasServices}; live: {Context.GetEndpoint() is not null}");
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity("quoting")), Scheme.Name)));
        }
    }
}
