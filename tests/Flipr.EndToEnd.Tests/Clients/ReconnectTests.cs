using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>Connections break, servers are replaced: the clients come back by themselves.</summary>
public class ReconnectTests(SharedApi shared)
{
    [Theory]
    [InlineData("4.6", "websocket")]
    [InlineData("4.8", "websocket")]
    [InlineData("4.6", "polling")]
    [InlineData("4.8", "polling")]
    public async Task A_cut_connection_is_taken_up_again(string version, string transport)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(shared.Api.Address, version, new { transports = (string[])[transport], reconnectionDelay = 50 });
        await client.WaitForAsync("connection_status"); // or it comes late, and is taken for the next connection's
        client.Forget();

        await client.CutAsync();

        await client.WaitForAsync(":disconnect");
        await client.WaitForAsync(":reconnect");
        await client.WaitForAsync("connection_status");
        await Assert_hears_of_a_listing(client, shared.Api);
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task A_restart_of_the_server_costs_a_reconnect_and_no_more(string transport)
    {
        await using ApiProcess first = await shared.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(first.Address, options: new { transports = (string[])[transport], reconnectionDelay = 50, reconnectionDelayMax = 500 });
        string before = await first.PostAsync(new JsonObject { ["address"] = "Before the restart" });
        await client.WaitForAsync("connection_status"); // or it comes late, and is taken for the next connection's
        client.Forget();

        Assert.Equal(0, await first.StopAsync());

        // "io server disconnect" would tell the client to stay away.
        JsonElement reason = await client.WaitForAsync(":disconnect");
        Assert.Contains(reason.GetString(), (string[])["transport close", "transport error"]);

        await using ApiProcess second = await first.StartNextAsync();
        await client.WaitForAsync(":reconnect");
        await Assert_hears_of_a_listing(client, second);
        Assert.Contains(before, await second.Http.GetStringAsync("/properties", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task Assert_hears_of_a_listing(NodeClient client, ApiProcess api)
    {
        await client.WaitForAsync("connection_status");
        string id = await api.PostAsync(new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["address"] = "After the reconnect" });
        await client.WaitForAsync("new_property", listing => listing.GetProperty("id").GetString() == id);
    }
}
