using System.Security.Claims;
using System.Text.Encodings.Web;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>A session belongs to the user and the endpoint that opened it: its sid alone is no ticket for others.</summary>
public sealed class SessionOwnerTests() : WireTest(Route.Raw1)
{
    // id; name; scheme; issuer. Each part may be empty.
    private const string Ada = "7;Ada;test;";

    [Theory]
    [InlineData("7;Ada;test;", "8;Ada;test;")]
    [InlineData("7;Ada;test;", "7;Ada;other;")]
    [InlineData("7;Ada;test;a", "7;Ada;test;b")]
    [InlineData("7;Ada;test;", ";7;test;")]
    [InlineData(";Ada;test;", ";Bob;test;")]
    [InlineData("7;Ada;test;", null)]
    [InlineData(null, "7;Ada;test;")]
    public async Task Another_users_request_finds_no_session_and_the_owners_goes_on(string? owner, string? other)
    {
        WireServer server = await StartAsync(Setup());
        PollingClient http = Polling(server);
        string sid = await OpenAsync(http, "/socket.io/", owner);

        (await GetAsync(http, "/socket.io/", sid, other)).ShouldBeError(400, 1, "Session ID unknown");
        (await PostAsync(http, "/socket.io/", sid, "421[\"barrier\"]", other)).ShouldBeError(400, 1, "Session ID unknown");
        (await WebSocketWire.RefusedAsync(server, $"{WebSocketWire.Query}&sid={sid}", Headers(other))).ShouldBeError(400, 1, "Session ID unknown");

        LogEntry entry = server.Log.OfLibrary().First(e => e.Level > LogLevel.Debug);
        Assert.Contains("another user", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("affinity", entry.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Log.OfLibrary().Count(e => e.Level > LogLevel.Debug));
        (await PostAsync(http, "/socket.io/", sid, "422[\"barrier\"]", owner)).ShouldBeOk();
        (await GetAsync(http, "/socket.io/", sid, owner)).ShouldBePackets("432[]");
    }

    [Theory]
    [InlineData("7;Ada;test;", "7;Ada Lovelace;test;")]
    [InlineData(";Ada;test;", ";Ada;test;")]
    [InlineData("sub:7;Ada;test;", "sub:7;Countess;test;")]
    [InlineData(null, null)]
    public async Task A_later_ticket_of_the_same_user_goes_on_on_both_transports(string? first, string? later)
    {
        WireServer server = await StartAsync(Setup());
        PollingClient http = Polling(server);
        string sid = await OpenAsync(http, "/socket.io/", first);

        (await PostAsync(http, "/socket.io/", sid, "421[\"barrier\"]", later)).ShouldBeOk();
        (await GetAsync(http, "/socket.io/", sid, later)).ShouldBePackets("431[]");
        WebSocketWire socket = await WebSocketAsync(server, $"{WebSocketWire.Query}&sid={sid}", Headers(later));
        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
    }

    [Fact]
    public async Task A_session_of_one_endpoint_is_none_of_another()
    {
        WireServer server = await StartAsync(Setup(app => app.MapSocketIO("/open")));
        PollingClient http = Polling(server);
        string sid = await OpenAsync(http, "/socket.io/", Ada);
        string open = await OpenAsync(http, "/open/", Ada);

        (await GetAsync(http, "/open/", sid, Ada)).ShouldBeError(400, 1, "Session ID unknown");
        (await PostAsync(http, "/socket.io/", open, "40", Ada)).ShouldBeError(400, 1, "Session ID unknown");

        await server.Log.ContainsAsync("another endpoint");
        foreach ((string path, string own) in new[] { ("/socket.io/", sid), ("/open/", open) })
        {
            (await PostAsync(http, path, own, "421[\"barrier\"]", Ada)).ShouldBeOk();
            (await GetAsync(http, path, own, Ada)).ShouldBePackets("431[]");
        }
    }

    private static WireServerSetup Setup(Action<WebApplication>? map = null) => new()
    {
        Services = services =>
        {
            services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("header", null);
            services.AddAuthorization();
        },
        App = app =>
        {
            app.UseAuthentication().UseAuthorization();
            map?.Invoke(app);
        },
    };

    private static async Task<string> OpenAsync(PollingClient http, string path, string? user)
    {
        HttpAnswer answer = await http.SendToAsync(path + PollingClient.Query, HttpMethod.Get, null, Named(user));
        Assert.Equal(200, answer.Status);
        string sid = OpenPacket.Parse(answer.Body).Sid;
        (await PostAsync(http, path, sid, "40", user)).ShouldBeOk();
        Assert.StartsWith("40{", (await GetAsync(http, path, sid, user)).Body, StringComparison.Ordinal);
        return sid;
    }

    private static Task<HttpAnswer> GetAsync(PollingClient http, string path, string sid, string? user) =>
        http.SendToAsync($"{path}{PollingClient.Query}&sid={sid}", HttpMethod.Get, null, Named(user));

    private static async Task<HttpAnswer> PostAsync(PollingClient http, string path, string sid, string body, string? user)
    {
        using var content = new StringContent(body);
        return await http.SendToAsync($"{path}{PollingClient.Query}&sid={sid}", HttpMethod.Post, content, Named(user));
    }

    private static (string, string)[] Named(string? user) => user is null ? [] : [("X-User", user)];

    private static string[] Headers(string? user) => user is null ? [] : [$"X-User: {user}"];

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string[] parts = Request.Headers["X-User"].ToString().Split(';');
            if (parts.Length < 4)
            {
                return Task.FromResult(AuthenticateResult.NoResult());
            }

            string issuer = parts[3].Length > 0 ? parts[3] : ClaimsIdentity.DefaultIssuer;
            var claims = new List<Claim> { new(ClaimTypes.Name, parts[1], ClaimValueTypes.String, issuer) };
            if (parts[0].StartsWith("sub:", StringComparison.Ordinal))
            {
                claims.Add(new Claim("sub", parts[0][4..], ClaimValueTypes.String, issuer));
            }
            else if (parts[0].Length > 0)
            {
                claims.Add(new Claim(ClaimTypes.NameIdentifier, parts[0], ClaimValueTypes.String, issuer));
            }

            // What a ticket has beside the user changes from one to the next.
            claims.Add(new Claim("jti", Guid.NewGuid().ToString()));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(claims, parts[2])), "header")));
        }
    }
}
