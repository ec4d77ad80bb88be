using System.Text.Json;
using Flipr.EndToEnd.Tests.Support;
using Flipr.SocketIO;
using Microsoft.Playwright;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>An endpoint that wants an authenticated user, and the JavaScript client: with a token in the query, in a header and in a cookie.</summary>
public sealed class AuthenticationTests
{
    private const string ReadsTheOutcome = "() => window.outcome";

    public static MatrixTheoryData<string, string, string> Connections => new(["query", "header", "cookie"], ["4.6", "4.8"], ["websocket", "polling", "upgrade"]);

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Node_is_who_its_token_says(string way, string version, string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();

        NodeClient client = await node.ConnectAsync(server.Address, version, Options(way, ProtectedServer.TokenOf("ada"), transport));

        // The upgrade may be over before the namespace is joined.
        JsonElement connected = await client.WaitForAsync(":connect");
        if (transport == "upgrade" && connected.GetProperty("transport").GetString() == "polling")
        {
            await client.WaitForAsync(":upgrade");
        }

        Assert.Equal("ada", (await client.EmitWithAckAsync("who"))[0].GetString());
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task Node_without_a_token_or_with_one_that_has_expired_is_told_and_gets_nowhere(string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();

        foreach (object options in (object[])[Options("none", "", transport), Options("query", ProtectedServer.TokenOf("ada", TimeSpan.FromMinutes(-1)), transport), Options("header", "forged", transport)])
        {
            NodeClient client = await node.OpenAsync(server.Address, "4.8", options);
            Assert.EndsWith("error", (await client.WaitForAsync(":connect_error")).GetString(), StringComparison.Ordinal);
            await client.CloseAsync();
            Assert.Equal(0, client.Count(":connect"));
        }

        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task Node_gets_bytes_as_text_where_it_forces_base64()
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(
            server.Address, options: new { transports = (string[])["websocket"], forceBase64 = true, query = new { access_token = ProtectedServer.TokenOf("ada") } });

        JsonElement answer = await client.EmitWithAckAsync("echo", new Dictionary<string, string> { ["$binary"] = "AAEC/f7/" });

        Assert.Equal("AAEC/f7/", answer[0].GetProperty("$binary").GetString());
    }

    [Theory]
    [InlineData("query", "websocket")]
    [InlineData("query", "polling")]
    [InlineData("query", "upgrade")]
    [InlineData("header", "polling")]
    [InlineData("cookie", "websocket")]
    [InlineData("cookie", "polling")]
    [InlineData("cookie", "upgrade")]
    [InlineData("connect", "websocket")]
    [InlineData("connect", "polling")]
    [InlineData("connect", "upgrade")]
    public async Task A_page_of_another_origin_is_who_its_token_says(string way, string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(server.Page);

        Assert.Equal($"ada over {(transport == "polling" ? "polling" : "websocket")}", await RunAsync(page, server, way, ProtectedServer.TokenOf("ada", roles: "admin"), transport));
        browser.AssertNoErrors();
    }

    [Fact]
    public async Task A_page_of_another_origin_sees_the_401_that_it_gets()
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(server.Page);

        // Without the CORS headers the browser would hide the answer, and the status be 0; the header makes it ask by a preflight first.
        Assert.Equal("refused: 401", await RunAsync(page, server, "header", "forged", "polling"));
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task A_page_of_another_origin_is_told_that_its_token_is_bad(string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(server.Page);

        Assert.Equal("refused: Unauthorized token_invalid", await RunAsync(page, server, "connect", "forged", transport));
        browser.AssertNoErrors();
    }

    private static async Task<string> RunAsync(IPage page, ProtectedServer server, string way, string token, string transport)
    {
        await page.EvaluateAsync("([url, way, token, transport]) => start(url, way, token, transport)", new[] { server.Address.ToString(), way, token, transport });
        await page.WaitForFunctionAsync(ReadsTheOutcome, null, new PageWaitForFunctionOptions { Timeout = (float)Deadline.Default.TotalMilliseconds });
        return await page.EvaluateAsync<string>(ReadsTheOutcome);
    }

    private static Dictionary<string, object> Options(string way, string token, string transport)
    {
        var options = new Dictionary<string, object>();
        if (transport != "upgrade")
        {
            options["transports"] = (string[])[transport];
        }

        switch (way)
        {
            case "query":
                options["query"] = new { access_token = token };
                break;
            case "header":
                options["extraHeaders"] = new { Authorization = $"Bearer {token}" };
                break;
            case "cookie":
                options["extraHeaders"] = new { Cookie = $"access_token={token}" };
                break;
        }

        return options;
    }
}
