using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;

namespace Flipr.Api.Tests.Limits;

/// <summary>Clients that send events faster than anybody needs to.</summary>
public sealed class EventFloodTests
{
    [Theory]
    [InlineData("ping_test", "1")]
    [InlineData("unwatch", "null")]
    [InlineData("watch", """{"bbox":[0,0,1,1]}""")]
    [InlineData("catch_up", "null")]
    public async Task Past_the_limit_a_client_is_told_to_wait_and_others_are_not(string name, string argument)
    {
        using ApiHost api = Shipped.Start(("MAX_EVENTS_PER_SECOND", "1"));
        using var limited = new Counters(api, "flipr.events.refused");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        var answers = new List<JsonElement>();
        for (int n = 0; n < 30; n++)
        {
            answers.Add(await client.AskAsync(name, argument));
        }

        JsonElement[] refused = [.. answers.Where(answer => answer.TryGetProperty("status", out JsonElement status) && status.GetString() == "error")];
        Assert.InRange(refused.Length, 1, 25); // Five at once, one more each second.
        Assert.All(refused, answer => Assert.Contains("Wait", answer.GetProperty("message").GetString()!, StringComparison.Ordinal));
        Assert.Equal(refused.Length, limited["wait"]);

        await using SocketIOTestClient other = await SocketIOTestClient.ConnectAsync(api.Url);
        Assert.Equal(JsonValueKind.Object, (await other.AskAsync("ping_test", "1")).ValueKind);
    }

    /// <summary>As shipped.</summary>
    [Fact]
    public async Task A_flood_ends_the_connection()
    {
        using ApiHost api = Shipped.Start();
        using var limited = new Counters(api, "flipr.events.refused");
        await using SocketIOTestClient other = await SocketIOTestClient.ConnectAsync(api.Url);
        await other.NextAsync("connection_status");
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");

        try
        {
            for (int n = 0; n < 100_000; n++)
            {
                await client.EmitAsync("[\"ping_test\",1]");
            }
        }
        catch (WebSocketException)
        {
            // It ended while this was still sending.
        }

        await Assert.ThrowsAsync<ChannelClosedException>(async () =>
        {
            while (true)
            {
                await client.NextAsync(null);
            }
        });

        Assert.Equal(1, limited["ended"]);
        await other.HeardNothingElseAsync();
    }

    /// <summary>Page after page, each asked for when the last has come: as fast as the server answers.</summary>
    [Fact]
    public async Task A_full_load_may_take_as_many_calls_as_it_needs()
    {
        using ApiHost api = Shipped.Start(("MAX_EVENTS_PER_SECOND", "1"));
        for (int n = 0; n < 100; n++)
        {
            using HttpResponseMessage stored = await api.PostAsync("198.51.100.7", Shipped.Listing(n, 100), Shipped.Key);
            stored.EnsureSuccessStatusCode();
        }

        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        Assert.Equal(100, (await client.CatchUpAsync(null, limit: 1)).Changes.Length);
    }
}
