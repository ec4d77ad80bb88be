using System.Security.Claims;
using System.Text.Encodings.Web;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>
/// An endpoint that wants an authenticated user, and pages of other origins: a preflight carries no token, and an answer
/// without CORS headers is hidden from the page, which then sees a CORS error where there was a 401.
/// </summary>
public abstract class AuthorizedOriginTests(Route route) : WireTest(route)
{
    private const string Good = "https://app.example.com";
    private const string Evil = "https://evil.example.org";

    public sealed class OverHttp() : AuthorizedOriginTests(Route.Polling1);

    public sealed class OverHttp2() : AuthorizedOriginTests(Route.Polling2);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_preflight_passes_without_a_token(bool byFallbackPolicy)
    {
        WireServer server = await StartAuthorizedAsync(byFallbackPolicy: byFallbackPolicy);

        HttpAnswer answer = await PreflightAsync(server, Good);

        Assert.Equal(204, answer.Status);
        ShouldCarryCors(answer);
        Assert.Equal("GET,POST", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("authorization,x-token", answer.Header("Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task A_preflight_of_a_refused_origin_gets_403_and_no_CORS_headers()
    {
        WireServer server = await StartAuthorizedAsync();

        HttpAnswer answer = await PreflightAsync(server, Evil);

        answer.ShouldBeError(403, 4, "Forbidden");
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task OPTIONS_that_is_no_preflight_wants_the_token()
    {
        WireServer server = await StartAuthorizedAsync();

        Assert.Equal(401, (await Polling(server).SendAsync(HttpMethod.Options, PollingClient.Query)).Status);
        Assert.Equal(401, (await Polling(server).SendAsync(HttpMethod.Options, PollingClient.Query, null, ("Origin", Good))).Status);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("guest", 403)]
    public async Task What_authorization_refuses_carries_the_CORS_headers_of_an_allowed_origin(string? user, int status)
    {
        WireServer server = await StartAuthorizedAsync();
        (string, string)[] token = user is null ? [] : [("X-User", user)];

        HttpAnswer allowed = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, [("Origin", Good), .. token]);
        HttpAnswer refused = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, [("Origin", Evil), .. token]);

        Assert.Equal((status, status), (allowed.Status, refused.Status));
        ShouldCarryCors(allowed);
        Assert.Null(refused.Header("Access-Control-Allow-Origin"));
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task Who_is_let_in_gets_each_header_once()
    {
        WireServer server = await StartAuthorizedAsync();

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good), ("X-User", "member"));

        Assert.Equal(200, answer.Status);
        ShouldCarryCors(answer);
    }

    [Fact]
    public async Task A_function_that_decides_on_origins_is_asked_once_for_a_request()
    {
        var asked = new Heard<string>("origins");
        WireServer server = await StartAuthorizedAsync(options: o =>
        {
            o.Cors.Origins.Clear();
            o.Cors.IsOriginAllowed = (origin, _) =>
            {
                asked.Add(origin);
                return origin == Good;
            };
        });

        ShouldCarryCors(await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good)));
        ShouldCarryCors(await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good), ("X-User", "member")));
        await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Evil), ("X-User", "member"));

        Assert.Equal([Good, Good, Evil], asked.All);
    }

    [Fact]
    public async Task Other_endpoints_are_left_alone()
    {
        WireServer server = await StartAuthorizedAsync(map: app => app.MapGet("/other", () => "other").RequireAuthorization());

        HttpAnswer answer = await Polling(server).SendToAsync("/other", HttpMethod.Get, null, ("Origin", Good));
        HttpAnswer preflight = await Polling(server).SendToAsync("/other", HttpMethod.Options, null, ("Origin", Good), ("Access-Control-Request-Method", "GET"));

        Assert.Equal((401, null), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Equal((405, null), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
    }

    [Fact]
    public async Task Where_the_endpoint_has_a_CORS_policy_of_the_applications_that_one_answers()
    {
        WireServer server = await StartAuthorizedAsync(
            services: services => services.AddCors(cors => cors.AddPolicy("evil", policy => policy.WithOrigins(Evil).AllowAnyHeader().AllowAnyMethod())),
            endpoint: builder => builder.RequireCors("evil"),
            before: app => app.UseCors());

        HttpAnswer preflight = await PreflightAsync(server, Evil);
        HttpAnswer refused = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good));

        Assert.Equal((204, Evil), (preflight.Status, preflight.Header("Access-Control-Allow-Origin")));
        Assert.Equal((401, null), (refused.Status, refused.Header("Access-Control-Allow-Origin")));
    }

    private Task<WireServer> StartAuthorizedAsync(
        Action<SocketIOOptions>? options = null,
        bool byFallbackPolicy = false,
        Action<WebApplication>? map = null,
        Action<IServiceCollection>? services = null,
        Action<IEndpointConventionBuilder>? endpoint = null,
        Action<WebApplication>? before = null) => StartAsync(new WireServerSetup
        {
            Options = o =>
            {
                o.Cors.Origins.Add(Good);
                o.Cors.AllowCredentials = true;
                options?.Invoke(o);
            },
            Services = all =>
            {
                all.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
                var authorization = all.AddAuthorizationBuilder().AddPolicy("members", policy => policy.RequireUserName("member"));
                if (byFallbackPolicy)
                {
                    authorization.SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder("test").RequireAuthenticatedUser().Build());
                }

                services?.Invoke(all);
            },
            App = app =>
            {
                app.UseRouting();
                before?.Invoke(app);
                app.UseAuthentication().UseAuthorization();
                map?.Invoke(app);
            },
            Endpoint = builder =>
            {
                if (!byFallbackPolicy)
                {
                    builder.RequireAuthorization("members");
                }

                endpoint?.Invoke(builder);
            },
        });

    private async Task<HttpAnswer> PreflightAsync(WireServer server, string origin) => await Polling(server).SendAsync(
        HttpMethod.Options,
        PollingClient.Query,
        null,
        ("Origin", origin),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,x-token"));

    private static void ShouldCarryCors(HttpAnswer answer)
    {
        Assert.Equal(Good, answer.Header("Access-Control-Allow-Origin"));
        Assert.Single(answer.Header("Vary")!.Split(", "), "Origin");
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-User"].ToString() is { Length: > 0 } user
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test")), "test"))
                : AuthenticateResult.NoResult());
    }
}
