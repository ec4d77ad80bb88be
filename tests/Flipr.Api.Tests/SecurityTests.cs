using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests;

public sealed class SecurityTests
{
    private const string Key = "correct horse";

    private static readonly (string, string) KeySet = ("FLIPR_API_KEY", Key);
    private static readonly (string, string) Anonymous = ("ALLOW_ANONYMOUS_UPDATES", "true");

    /// <summary>The page offers its simulator outside production only, and the key's field where a key is needed.</summary>
    [Theory]
    [InlineData("development", false, false)]
    [InlineData("development key", false, true)]
    [InlineData("production key", true, true)]
    [InlineData("production key anonymous", true, false)]
    public async Task The_page_is_told_what_to_offer(string server, bool production, bool keyRequired)
    {
        using ApiHost api = Start(server);
        JsonElement traits = await api.GetAsync("/frontend.json");

        Assert.Equal(production, traits.GetProperty("production").GetBoolean());
        Assert.Equal(keyRequired, traits.GetProperty("key_required").GetBoolean());
        Assert.Equal(2, traits.EnumerateObject().Count());
    }

    /// <summary>A link can name any backend for the page: in production only a listed one counts, to the page and to the policy that its browser holds it to.</summary>
    [Theory]
    [InlineData("development", null, """["*"]""", "https://evil.example", true)]
    [InlineData("development", "https://api.example", """["https://api.example"]""", "https://evil.example", false)]
    [InlineData("production anonymous", null, "[]", "https://evil.example", false)]
    [InlineData("production anonymous", "https://API.example:443/, http://[::1]:5005", """["https://api.example","http://[::1]:5005"]""", "https://api.example", true)]
    [InlineData("production anonymous", "https://api.example", """["https://api.example"]""", "https://api.example/path?query", true)]
    [InlineData("production anonymous", "https://api.example", """["https://api.example"]""", "https://api.example.evil.example", false)]
    [InlineData("production anonymous", "https://api.example", """["https://api.example"]""", "https://api.example:8443", false)]
    [InlineData("production anonymous", "https://api.example", """["https://api.example"]""", "http://api.example", false)]
    [InlineData("production anonymous", "https://api.example", """["https://api.example"]""", "https://api.example@evil.example", false)]
    public async Task A_link_to_the_page_may_name_an_allowed_backend_only(string server, string? setting, string backends, string named, bool isAllowed)
    {
        using ApiHost api = Start(server, ("PAGE_BACKENDS", setting ?? ""));
        using HttpResponseMessage told = await api.Http.GetAsync("/page.json", TestContext.Current.CancellationToken);
        using HttpResponseMessage page = await api.Http.GetAsync($"/?api={Uri.EscapeDataString(named)}", TestContext.Current.CancellationToken);

        Assert.Equal($$"""{"backend":null,"backends":{{backends}}}""", await told.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("no-store", Header(told, "Cache-Control"));
        string own = api.Url.GetLeftPart(UriPartial.Authority);
        string origin = new Uri(named).GetLeftPart(UriPartial.Authority);
        string[] expected = ["'self'", own, $"ws{own[4..]}", .. isAllowed ? [origin, $"ws{origin[4..]}"] : Array.Empty<string>()];
        Assert.Equal($"connect-src {string.Join(' ', expected)}", Header(page, "Content-Security-Policy")!.Split("; ")[^1]);
    }

    [Theory]
    // settings; what the request presents; the answers to an update and to a delete
    [InlineData("development", "", 200, 200)]
    [InlineData("development", "bearer wrong", 200, 200)]
    [InlineData("development key", "", 401, 401)]
    [InlineData("development key", "bearer right", 200, 200)]
    [InlineData("production key", "", 401, 401)]
    [InlineData("production key", "bearer right", 200, 200)]
    [InlineData("production key", "header right", 200, 200)]
    [InlineData("production key", "bearer wrong", 401, 401)]
    [InlineData("production key", "header wrong", 401, 401)]
    [InlineData("production key", "basic", 401, 401)]
    [InlineData("production key anonymous", "", 200, 401)]
    [InlineData("production key anonymous", "bearer right", 200, 200)]
    [InlineData("production key anonymous", "bearer wrong", 401, 401)]
    [InlineData("production anonymous", "", 200, 401)]
    [InlineData("production anonymous", "bearer wrong", 200, 401)]
    public async Task Changes_need_the_key_where_one_is_required(string server, string presented, int update, int delete)
    {
        using ApiHost api = Start(server);
        (string, string)[] headers = presented switch
        {
            "bearer right" => [("Authorization", $"Bearer {Key}")],
            "bearer wrong" => [("Authorization", "Bearer wrong")],
            "header right" => [("X-Api-Key", Key)],
            "header wrong" => [("X-Api-Key", "wrong")],
            "basic" => [("Authorization", "Basic dTpw")],
            _ => [],
        };

        using HttpResponseMessage updated = await api.PostAsync("{\"id\":\"a\"}"u8.ToArray(), headers);
        Assert.Equal((HttpStatusCode)update, updated.StatusCode);
        using HttpResponseMessage deleted = await DeleteAsync(api, headers);
        Assert.True((HttpStatusCode)delete == deleted.StatusCode || (delete == 200 && update != 200 && deleted.StatusCode == HttpStatusCode.NotFound));
        if (update == 401)
        {
            await ApiHost.ErrorAsync(updated, HttpStatusCode.Unauthorized);
            Assert.Equal("Bearer", updated.Headers.WwwAuthenticate.ToString());
            Assert.Empty(await api.IdsAsync());
        }

        Assert.DoesNotContain(Key, api.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Updates_without_the_key_are_counted_and_warned_of()
    {
        using ApiHost api = ApiHost.InProduction(KeySet, Anonymous);
        using var listener = new MeterListener();
        long counted = 0;
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "flipr.updates.anonymous" && instrument.Meter.Scope == api.Services.GetRequiredService<IMeterFactory>())
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => Interlocked.Add(ref counted, measurement));
        listener.Start();

        await api.StoreAsync("{}");
        using HttpResponseMessage withKey = await api.PostAsync("{}"u8.ToArray(), ("X-Api-Key", Key));

        Assert.Equal(1, Interlocked.Read(ref counted));
        Assert.Contains("Warning ALLOW_ANONYMOUS_UPDATES", api.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused()
    {
        using var api = new ApiHost(("MAX_UPDATE_BYTES", "1000"));
        string fits = $$"""{"a":"{{new string('x', 1000 - 8)}}"}""";
        await api.StoreAsync(fits);

        await api.RefusedAsync(Encoding.UTF8.GetBytes(fits + " "), HttpStatusCode.RequestEntityTooLarge);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new StringContent(fits + " ") };
        chunked.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage response = await api.Http.SendAsync(chunked, TestContext.Current.CancellationToken);
        await ApiHost.ErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task The_limit_is_256_kilobytes_by_default()
    {
        using var api = new ApiHost();
        string fits = $$"""{"a":"{{new string('x', (256 * 1024) - 8)}}"}""";
        await api.StoreAsync(fits);

        await api.RefusedAsync(Encoding.UTF8.GetBytes(fits + " "), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Past_the_rate_limit_a_sender_is_told_to_wait_and_others_are_not()
    {
        using ApiHost api = ApiHost.InProduction(KeySet, Anonymous, ("MAX_UPDATES_PER_MINUTE", "3"), ("TRUSTED_PROXIES", "*"));
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage taken = await api.PostAsync(Encoding.UTF8.GetBytes($$"""{"n":{{i}}}"""), ("X-Forwarded-For", "198.51.100.7"));
            Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        }

        using HttpResponseMessage refused = await api.PostAsync("{}"u8.ToArray(), ("X-Forwarded-For", "198.51.100.7"), ("X-Api-Key", "made up"));
        await ApiHost.ErrorAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        using HttpResponseMessage other = await api.PostAsync("{}"u8.ToArray(), ("X-Forwarded-For", "198.51.100.8"));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using HttpResponseMessage withKey = await api.PostAsync("{}"u8.ToArray(), ("X-Forwarded-For", "198.51.100.7"), ("X-Api-Key", Key));
        Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
        Assert.Equal(5, (await api.IdsAsync()).Length);
    }

    [Theory]
    [InlineData("*", null, "198.51.100.1, 198.51.100.2", "198.51.100.2")]
    [InlineData("*", "2", "198.51.100.1, 198.51.100.2, 198.51.100.3", "198.51.100.2")]
    [InlineData("127.0.0.0/8", null, "198.51.100.1, 127.0.0.9", "198.51.100.1")]
    [InlineData("10.0.0.0/8", null, "198.51.100.1", "127.0.0.1")]
    [InlineData("", null, "198.51.100.1", "127.0.0.1")]
    public async Task Only_trusted_proxies_say_who_a_client_is(string trusted, string? hops, string forwardedFor, string client)
    {
        // Seen through the rate limit: the one change that this client may make is used up.
        using var api = new ApiHost(("TRUSTED_PROXIES", trusted), ("FORWARDED_HOPS", hops ?? ""), ("MAX_UPDATES_PER_MINUTE", "1"));
        using HttpResponseMessage first = await api.PostAsync("{}"u8.ToArray(), ("X-Forwarded-For", forwardedFor));
        using HttpResponseMessage second = await api.PostAsync(
            "{}"u8.ToArray(), client == "127.0.0.1" ? [] : [("X-Forwarded-For", trusted == "*" && hops == "2" ? $"{client}, 203.0.113.1" : client)]);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
    }

    [Theory]
    [InlineData("https://app.flipr.realty", true)]
    [InlineData("http://app.flipr.realty", true)]
    [InlineData("https://flipr-app.vercel.app", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://flipr-5.onrender.com", true)]
    [InlineData("https://flipr-6.onrender.com", true)]
    [InlineData("https://flipr-7.onrender.com", true)]
    [InlineData("https://flipr-backend.onrender.com", true)]
    [InlineData("http://flipr-app.vercel.app", false)]
    [InlineData("https://evil.vercel.app", false)]
    [InlineData("https://app.flipr.realty.evil.example", false)]
    [InlineData("http://localhost:3001", false)]
    [InlineData("null", false)]
    public async Task In_production_the_known_origins_are_allowed(string origin, bool allowed)
    {
        using ApiHost api = ApiHost.InProduction(Anonymous);

        await CheckOriginAsync(api, origin, allowed);
    }

    [Theory]
    [InlineData("https://a.vercel.app", true)]
    [InlineData("https://a.b.vercel.app", true)]
    [InlineData("https://A.Vercel.App", true)]
    [InlineData("https://vercel.app", false)]
    [InlineData("https://.vercel.app", false)]
    [InlineData("http://a.vercel.app", false)]
    [InlineData("https://a.vercel.app:8443", false)]
    [InlineData("https://a.vercel.app.evil.example", false)]
    [InlineData("https://evilvercel.app", false)]
    [InlineData("https://evil.example#.vercel.app", false)]
    [InlineData("https://evil.example/.vercel.app", false)]
    [InlineData("http://dev.local:8080", true)]
    [InlineData("http://dev.local", false)]
    [InlineData("https://app.flipr.realty", false)]
    public async Task Patterns_allow_subdomains_only(string origin, bool allowed)
    {
        using ApiHost api = ApiHost.InProduction(Anonymous, ("ALLOWED_ORIGINS", " https://*.vercel.app, http://dev.local:8080/ ,"));

        await CheckOriginAsync(api, origin, allowed);
    }

    [Fact]
    public async Task In_development_any_origin_is_allowed()
    {
        using var api = new ApiHost();

        await CheckOriginAsync(api, "https://anything.example", allowed: true);
    }

    [Fact]
    public async Task The_own_origin_passes_also_behind_a_proxy()
    {
        using ApiHost api = ApiHost.InProduction(Anonymous, ("TRUSTED_PROXIES", "*"));
        using HttpResponseMessage direct = await api.PostAsync("{}"u8.ToArray(), ("Origin", api.Url.GetLeftPart(UriPartial.Authority)));
        using HttpResponseMessage proxied = await api.PostAsync(
            "{}"u8.ToArray(), ("Origin", "https://my.host"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "my.host"));
        using HttpResponseMessage other = await api.PostAsync("{}"u8.ToArray(), ("Origin", "http://my.host"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "my.host"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Forbidden), (direct.StatusCode, proxied.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task Pages_can_read_errors_and_ask_before_they_post()
    {
        using ApiHost api = ApiHost.InProduction(KeySet);
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/update")
        {
            Headers = { { "Origin", "https://app.flipr.realty" }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type,x-api-key" } },
        };
        using HttpResponseMessage asked = await api.Http.SendAsync(preflight, TestContext.Current.CancellationToken);
        Assert.True(asked.IsSuccessStatusCode);
        Assert.Equal("https://app.flipr.realty", Header(asked, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(asked, "Access-Control-Allow-Credentials"));
        Assert.Equal("content-type,x-api-key", Header(asked, "Access-Control-Allow-Headers"));

        using HttpResponseMessage refused = await api.PostAsync("{}"u8.ToArray(), ("Origin", "https://app.flipr.realty"));
        Assert.Equal((HttpStatusCode.Unauthorized, "https://app.flipr.realty"), (refused.StatusCode, Header(refused, "Access-Control-Allow-Origin")));
    }

    private static async Task CheckOriginAsync(ApiHost api, string origin, bool allowed)
    {
        using var read = new HttpRequestMessage(HttpMethod.Get, "/properties");
        read.Headers.TryAddWithoutValidation("Origin", origin);
        using HttpResponseMessage answer = await api.Http.SendAsync(read, TestContext.Current.CancellationToken);
        Assert.Equal(allowed ? (origin, "true") : (null, null), (Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Access-Control-Allow-Credentials")));

        using HttpResponseMessage posted = await api.PostAsync("{}"u8.ToArray(), ("Origin", origin));
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, posted.StatusCode);
        Assert.Equal(allowed ? 1 : 0, (await api.IdsAsync()).Length);
    }

    private static Task<HttpResponseMessage> DeleteAsync(ApiHost api, IEnumerable<(string Name, string Value)> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, "/properties/a");
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return api.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static ApiHost Start(string server, params IEnumerable<(string, string)> more)
    {
        List<(string, string)> settings = [.. more];
        settings.AddRange(server.Contains("key", StringComparison.Ordinal) ? [KeySet] : []);
        settings.AddRange(server.Contains("anonymous", StringComparison.Ordinal) ? [Anonymous] : []);
        return server.StartsWith("production", StringComparison.Ordinal) ? ApiHost.InProduction(settings) : new ApiHost(settings);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(',', values) : null;
}
