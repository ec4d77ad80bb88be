using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Which web pages may connect, over polling.</summary>
public abstract class CorsTests(Route route) : WireTest(route)
{
    private const string Good = "https://app.example.com";
    private const string Evil = "https://evil.example.org";

    public sealed class OverHttp() : CorsTests(Route.Polling1);

    public sealed class OverTls() : CorsTests(Route.PollingTls1);

    public sealed class OverHttp2() : CorsTests(Route.Polling2);

    [Fact]
    public async Task An_allowed_origin_gets_its_CORS_headers_on_the_handshake_and_every_answer_after()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));
        PollingClient http = Polling(server);

        HttpAnswer handshake = await http.SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good));
        string sid = OpenPacket.Parse(handshake.Body).Sid;
        HttpAnswer post = await http.SendAsync(HttpMethod.Post, $"{PollingClient.Query}&sid={sid}", "40", ("Origin", Good));
        HttpAnswer poll = await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("Origin", Good));

        Assert.All([handshake, post, poll], answer => ShouldCarryCors(answer, 200, Good, credentials: true));
    }

    [Fact]
    public async Task Without_AllowCredentials_an_allowed_origin_is_not_told_to_send_any()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: false));

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good));

        ShouldCarryCors(answer, 200, Good, credentials: false);
    }

    [Fact]
    public async Task A_refused_origin_gets_403_code_4_and_no_CORS_headers()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Evil));

        answer.ShouldBeError(403, 4, "Forbidden");
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task A_refused_origin_cannot_use_a_session_that_another_opened()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, $"{PollingClient.Query}&sid={sid}", null, ("Origin", Evil));

        answer.ShouldBeError(403, 4, "Forbidden");
        (await http.PostAsync(sid, "421[\"barrier\"]")).ShouldBeOk();
        (await http.GetAsync(sid)).ShouldBePackets("431[]");
    }

    [Fact]
    public async Task Without_any_origin_allowed_a_page_from_elsewhere_gets_403_code_4()
    {
        WireServer server = await StartAsync();

        (await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Evil))).ShouldBeError(403, 4, "Forbidden");
    }

    [Fact]
    public async Task A_request_without_Origin_and_one_from_the_same_origin_always_pass()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));
        PollingClient http = Polling(server);

        await http.HandshakeAsync();
        HttpAnswer same = await http.SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));

        Assert.Equal(200, same.Status);
    }

    [Theory]
    [InlineData("https://a.example.com", true)]
    [InlineData("https://a.b.example.com", true)]
    [InlineData("https://example.com", false)]
    [InlineData("http://a.example.com", false)]
    [InlineData("https://a.example.com:8443", false)]
    [InlineData("https://a.example.com.evil.org", false)]
    [InlineData("https://evil.org/.example.com", false)]
    [InlineData("https://evilexample.com", false)]
    [InlineData("null", false)]
    public async Task A_pattern_allows_subdomains_of_its_domain_and_nothing_else(string origin, bool allowed)
    {
        WireServer server = await StartAsync(Allow("https://*.example.com", credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", origin));

        Assert.Equal((allowed ? 200 : 403, allowed ? origin : null), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
    }

    [Theory]
    [InlineData("https://APP.example.com")]
    [InlineData("HTTPS://app.example.com")]
    public async Task Origins_are_compared_as_browsers_write_them(string configured)
    {
        WireServer server = await StartAsync(Allow(configured, credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good));

        ShouldCarryCors(answer, 200, Good, credentials: true);
    }

    [Fact]
    public async Task A_star_allows_every_origin_without_credentials()
    {
        WireServer server = await StartAsync(Allow("*", credentials: false));

        HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Evil));

        Assert.Equal(200, answer.Status);
        Assert.Contains(answer.Header("Access-Control-Allow-Origin"), new[] { "*", Evil });
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_star_with_credentials_does_not_start_and_the_error_names_both()
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(Allow("*", credentials: true)));

        Assert.Contains("Cors", error.Message, StringComparison.Ordinal);
        Assert.Contains("'*'", error.Message, StringComparison.Ordinal);
        Assert.Contains("credentials", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_function_may_allow_an_origin()
    {
        WireServer server = await StartAsync(o => o.Cors.IsOriginAllowed = (origin, _) => origin == Good);
        PollingClient http = Polling(server);

        ShouldCarryCors(await http.SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Good)), 200, Good, credentials: null);
        (await http.SendAsync(HttpMethod.Get, PollingClient.Query, null, ("Origin", Evil))).ShouldBeError(403, 4, "Forbidden");
    }

    [Theory]
    [InlineData("?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", "GET", 1, "Session ID unknown")]
    [InlineData("?EIO=4&transport=carrier-pigeon", "GET", 0, "Transport unknown")]
    [InlineData("?EIO=4&transport=polling", "POST", 2, "Bad handshake method")]
    [InlineData("?EIO=4&transport=websocket", "GET", 3, "Bad request")]
    [InlineData("?EIO=3&transport=polling", "GET", 5, "Unsupported protocol version")]
    public async Task An_error_answer_to_an_allowed_origin_carries_its_CORS_headers_so_that_the_page_can_read_it(string query, string method, int code, string message)
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(new(method), query, null, ("Origin", Good));

        answer.ShouldBeError(400, code, message);
        ShouldCarryCors(answer, 400, Good, credentials: true);
    }

    [Fact]
    public async Task A_413_to_an_allowed_origin_carries_its_CORS_headers()
    {
        WireServer server = await StartAsync(o =>
        {
            Allow(Good, credentials: true)(o);
            o.MaxPayload = 1_000;
        });
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        HttpAnswer answer = await http.SendAsync(HttpMethod.Post, $"{PollingClient.Query}&sid={sid}", $"42[\"{new string('a', 1_000)}\"]", ("Origin", Good));

        ShouldCarryCors(answer, 413, Good, credentials: true);
    }

    [Fact]
    public async Task A_preflight_from_an_allowed_origin_says_what_it_may_send()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(
            HttpMethod.Options,
            PollingClient.Query,
            null,
            ("Origin", Good),
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "content-type,x-custom"));

        ShouldCarryCors(answer, 204, Good, credentials: true);
        Assert.Contains("POST", answer.Header("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("content-type", answer.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("x-custom", answer.Header("Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_preflight_from_a_refused_origin_allows_nothing()
    {
        WireServer server = await StartAsync(Allow(Good, credentials: true));

        HttpAnswer answer = await Polling(server).SendAsync(
            HttpMethod.Options, PollingClient.Query, null, ("Origin", Evil), ("Access-Control-Request-Method", "POST"));

        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
    }

    private static Action<SocketIOOptions> Allow(string origin, bool credentials) => o =>
    {
        o.Cors.Origins.Add(origin);
        o.Cors.AllowCredentials = credentials;
    };

    private static void ShouldCarryCors(HttpAnswer answer, int status, string origin, bool? credentials)
    {
        Assert.Equal((status, origin), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Contains("Origin", answer.Header("Vary"), StringComparison.OrdinalIgnoreCase);
        if (credentials is not null)
        {
            Assert.Equal(credentials.Value ? "true" : null, answer.Header("Access-Control-Allow-Credentials"));
        }
    }
}
