using System.Net;
using System.Net.WebSockets;
using Flipr.SocketIO;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.Api.Tests.Limits;

/// <summary>How many connections there may be, of one client and of all.</summary>
public sealed class ConnectionLimitTests
{
    private const string Stranger = "198.51.100.7";
    private const string Other = "198.51.100.8";

    [Fact]
    public async Task One_client_holds_at_most_500_sessions_in_production()
    {
        using ApiHost api = Shipped.Start();
        for (int n = 0; n < 500; n++)
        {
            Assert.Equal(HttpStatusCode.OK, await OpenAsync(api, Stranger));
        }

        using (HttpResponseMessage refused = await RequestAsync(api, Stranger))
        {
            Assert.Contains("MAX_SOCKETS_PER_CLIENT", await ApiHost.ErrorAsync(refused, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        Assert.Equal(HttpStatusCode.OK, await OpenAsync(api, Other));
        Assert.Equal(501, api.Services.GetRequiredService<SocketIOServer>().ConnectionCount);
    }

    [Fact]
    public async Task In_development_one_client_may_hold_more()
    {
        using var api = new ApiHost();
        for (int n = 0; n < 520; n++)
        {
            Assert.Equal(HttpStatusCode.OK, await OpenAsync(api, Stranger));
        }
    }

    [Fact]
    public async Task A_session_that_ends_makes_room_for_the_next()
    {
        using ApiHost api = Shipped.Start(("MAX_SOCKETS_PER_CLIENT", "2"));
        await using SocketIOTestClient first = await ConnectAsync(api, Stranger);
        SocketIOTestClient second = await ConnectAsync(api, Stranger);
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(api, Stranger));
        await using SocketIOTestClient other = await ConnectAsync(api, Other);

        await second.DisposeAsync();

        await Eventually.ThatAsync(async () => await OpenAsync(api, Stranger) == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await OpenAsync(api, Stranger));
    }

    [Fact]
    public async Task Past_the_limit_of_connections_new_ones_are_closed()
    {
        using ApiHost api = Shipped.Start(("MAX_CONNECTIONS", "3"));
        string request = $"GET /alive HTTP/1.1\r\nHost: {api.Url.Authority}\r\n\r\n";
        var held = new List<RawRequest>();
        try
        {
            for (int n = 0; n < 3; n++)
            {
                // With an answer it has been counted, before the next one comes.
                held.Add(await RawRequest.SendAsync(api.Url, request));
                Assert.StartsWith("HTTP/1.1 200", await held[^1].ReadAsync(), StringComparison.Ordinal);
            }

            using RawRequest next = await RawRequest.SendAsync(api.Url, request);
            Assert.Empty(await next.ReadToEndAsync());
        }
        finally
        {
            held.ForEach(request => request.Dispose());
        }
    }

    private static Task<SocketIOTestClient> ConnectAsync(ApiHost api, string client) =>
        SocketIOTestClient.ConnectAsync(api.Url, forwardedFor: Shipped.ForwardedFor(client));

    /// <summary>Opens a session over polling, and leaves it at that.</summary>
    private static async Task<HttpStatusCode> OpenAsync(ApiHost api, string client)
    {
        using HttpResponseMessage answer = await RequestAsync(api, client);
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> RequestAsync(ApiHost api, string client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/?EIO=4&transport=polling");
        request.Headers.Add("X-Forwarded-For", Shipped.ForwardedFor(client));
        return await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
