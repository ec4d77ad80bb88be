using System.Net;
using System.Text;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests;

/// <summary>The API as Render runs it: production, behind an edge that terminates TLS and a second proxy, at addresses that are no loopback's.</summary>
public sealed class RenderRehearsalTests
{
    private const string Frontend = "https://app.flipr.realty";

    [Theory]
    [InlineData("4.6")]
    [InlineData("4.8")]
    public async Task The_frontends_own_options_connect_by_wss_and_bring_listings(string version)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        await using Rehearsal render = await Rehearsal.StartAsync();
        string[] transports = ["websocket", "polling"];
        NodeClient client = await node.ConnectAsync(render.Proxy.Address, version, await OptionsAsync(render, transports));
        NodeClient polling = await node.ConnectAsync(render.Proxy.Address, version, await OptionsAsync(render, "polling"));
        NodeClient upgrading = await node.ConnectAsync(render.Proxy.Address, version, await OptionsAsync(render, "polling", "websocket"));
        await Task.WhenAll(client.WaitForAsync("connection_status"), polling.WaitForAsync("connection_status"), upgrading.WaitForAsync("connection_status"));
        await Deadline.Until(upgrading.GetTransportAsync, transport => transport == "websocket", transport => $"the upgrade from {transport}");

        using HttpClient collector = render.NewClient(render.Stranger);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(collector));

        Assert.Equal("a", (await client.WaitForAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal("a", (await polling.WaitForAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal("a", (await upgrading.WaitForAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal(("websocket", "polling"), (await client.GetTransportAsync(), await polling.GetTransportAsync()));
    }

    [Fact]
    public async Task Plain_ws_is_sent_to_wss()
    {
        await using Rehearsal render = await Rehearsal.StartAsync();
        using HttpClient client = render.NewClient(render.Client);
        using var handshake = new HttpRequestMessage(HttpMethod.Get, new Uri(render.Proxy.PlainAddress, "/socket.io/?EIO=4&transport=websocket"))
        {
            Headers = { { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" }, { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" } },
        };

        using HttpResponseMessage answer = await client.SendAsync(handshake, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.MovedPermanently, new Uri(render.Proxy.Address, "/socket.io/?EIO=4&transport=websocket")), (answer.StatusCode, answer.Headers.Location));
        Assert.Empty(render.Proxy.Answers);
    }

    [Fact]
    public async Task Scheme_host_and_client_address_are_those_of_the_outermost_connection()
    {
        await using Rehearsal render = await Rehearsal.StartAsync(_ => [("MAX_UPDATES_PER_MINUTE", "1")]);
        using HttpClient client = render.NewClient(render.Client);
        using HttpClient other = render.NewClient(render.Stranger);
        string own = render.Proxy.NamedAddress.GetLeftPart(UriPartial.Authority);

        // Its own origin passes, and that has a scheme and a host; the budget of one change is the client's, not a proxy's, and not that of whom it claims to be.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, ("Origin", own)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(client, ("Origin", own), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "http")));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(other, ("Origin", own), ("X-Forwarded-For", render.Client.ToString()), ("X-Forwarded-Proto", "http")));
        Assert.Equal(HttpStatusCode.OK, await OpenAsPageAsync(client, own));
        Assert.Equal(HttpStatusCode.Forbidden, await OpenAsPageAsync(client, own.Replace("https:", "http:", StringComparison.Ordinal)));

        await Deadline.Until(() => Task.FromResult(render.Printed), printed => printed.Contains($"POST {own}/update", StringComparison.Ordinal), printed => $"{own} in:\n{printed}");
    }

    [Fact]
    public async Task Nobody_but_a_trusted_proxy_says_who_a_client_is()
    {
        await using Rehearsal render = await Rehearsal.StartAsync(network => [("TRUSTED_PROXIES", network.Part(25)), ("MAX_UPDATES_PER_MINUTE", "2")]);
        using HttpClient stranger = render.NewDirectClient(render.Stranger);
        using HttpClient client = render.NewClient(render.Client);
        string itsOwn = stranger.BaseAddress!.GetLeftPart(UriPartial.Authority);
        (string, string)[] claims = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "app.example"), ("X-Forwarded-For", $"203.0.113.9, {render.Client}")];

        // It came by http:// and to this host, whatever it says; each try counts, and two are allowed.
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(stranger, [("Origin", "https://app.example"), .. claims]));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(stranger, [("Origin", itsOwn), .. claims]));
        // It is who it is, whoever it says it is.
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(stranger, [("Origin", itsOwn), .. claims[..2], ("X-Forwarded-For", "203.0.113.10")]));
        // And the client in whose name it came still has all that is its own.
        Assert.Equal(HttpStatusCode.OK, await PostAsync(client, ("Origin", render.Proxy.NamedAddress.GetLeftPart(UriPartial.Authority))));
    }

    [Fact]
    public async Task The_API_sets_no_cookie_and_takes_those_that_come_along()
    {
        await using Rehearsal render = await Rehearsal.StartAsync();
        using HttpClient client = render.NewClient(render.Client);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/?EIO=4&transport=polling") { Headers = { { "Origin", Frontend }, { "Cookie", "of=the platform" } } };

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal([Frontend], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["true"], answer.Headers.GetValues("Access-Control-Allow-Credentials"));
    }

    /// <summary>The frontend's options, its origin as a browser sends it, and the trust that a test's certificate needs.</summary>
    private static async Task<object> OptionsAsync(Rehearsal render, params string[] transports) => new
    {
        transports,
        withCredentials = true,
        ca = await File.ReadAllTextAsync(render.Proxy.CertificateFile, TestContext.Current.CancellationToken),
        extraHeaders = new { origin = Frontend },
    };

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new StringContent("""{"id":"a"}""", Encoding.UTF8, "application/json") };
        foreach ((string name, string value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>Opens a session as a page of an origin does.</summary>
    private static async Task<HttpStatusCode> OpenAsPageAsync(HttpClient client, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/?EIO=4&transport=polling") { Headers = { { "Origin", origin } } };
        using HttpResponseMessage answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
