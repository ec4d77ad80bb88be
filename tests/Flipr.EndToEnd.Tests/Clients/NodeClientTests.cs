using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>The clients that Flipr's users have: socket.io-client from npm, the frontend's 4.6.0 and today's, on every transport.</summary>
public class NodeClientTests(SharedApi shared)
{
    private const string Frontend = "https://app.flipr.realty";

    private ApiProcess Api => shared.Api;

    public static TheoryData<string, string, string> Connections =>
        new MatrixTheoryData<string, string>(["4.6", "4.8"], ["websocket", "polling", "upgrade", "frontend"]) is { } all
            ? [.. all.Select(row => new TheoryDataRow<string, string, string>(row.Data.Item1, row.Data.Item2, row.Data.Item2 is "polling" ? "polling" : "websocket"))]
            : [];

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Connects_and_gets_its_status(string version, string connection, string transport)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.OpenAsync(Api.Address, version, Options(connection));

        JsonElement connected = await client.WaitForAsync(":connect");
        JsonElement status = await client.WaitForAsync("connection_status");

        Assert.Equal("connected", status.GetProperty("status").GetString());
        Assert.Equal("Successfully connected to Flipr WebSocket server", status.GetProperty("message").GetString());
        Assert.Equal(connected.GetProperty("id").GetString(), status.GetProperty("sid").GetString());
        await Deadline.Until(client.GetTransportAsync, now => now == transport, now => $"the transport {transport}, it is {now}");
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Gets_its_ping_back_as_an_event_and_as_an_acknowledgement(string version, string connection, string transport)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await ConnectAsync(node, version, connection, transport);
        double before = Now();

        JsonElement acknowledged = await client.EmitWithAckAsync("ping_test", new { text = "Grüße 🏠", list = (object?[])[1, 2.5, null, true] });
        JsonElement pong = await client.WaitForAsync("pong_response");

        Assert.Equal("""{"text":"Grüße 🏠","list":[1,2.5,null,true]}""", pong.GetProperty("received").GetRawText());
        Assert.Equal("Pong response from Flipr server", pong.GetProperty("message").GetString());
        Assert.InRange(pong.GetProperty("timestamp").GetDouble(), before - 1, Now() + 1);
        Assert.Equal(pong.GetProperty("received").GetRawText(), acknowledged[0].GetProperty("received").GetRawText());
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Gets_binary_values_back_as_they_were(string version, string connection, string transport)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await ConnectAsync(node, version, connection, transport);
        var picture = new JsonObject { ["$binary"] = Convert.ToBase64String([0, 1, 2, 254, 255]) };
        var sent = new JsonObject { ["picture"] = picture, ["more"] = new JsonArray("a", picture.DeepClone(), new JsonObject { ["$binary"] = "" }) };

        await client.EmitAsync("ping_test", sent);

        JsonElement pong = await client.WaitForAsync("pong_response");
        Assert.Equal(sent.ToJsonString(), pong.GetProperty("received").GetRawText());
    }

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Hears_of_a_posted_listing_and_of_its_update(string version, string connection, string transport)
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await ConnectAsync(node, version, connection, transport);
        var listing = new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["address"] = "1 Main Street", ["latitude"] = 47.5, ["price"] = 400_000, ["agent"] = "Zoë" };

        string id = await Api.PostAsync(listing);
        JsonElement created = await client.WaitForAsync("new_property", IsThe(id));
        listing["price"] = 390_000;
        await Api.PostAsync(listing);
        JsonElement updated = await client.WaitForAsync("property_updated", IsThe(id));

        Assert.Equal("1 Main Street", created.GetProperty("address").GetString());
        Assert.Equal(47.5, created.GetProperty("lat").GetDouble());
        Assert.Equal(400_000, created.GetProperty("price").GetDouble());
        Assert.Equal("Zoë", created.GetProperty("agent").GetString());
        Assert.Equal(390_000, updated.GetProperty("price").GetDouble());
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_longer_counted()
    {
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(Api.Address);
        int connected = await CountAsync();

        await client.CloseAsync();

        await Deadline.Until(CountAsync, now => now < connected, now => $"fewer than {connected} connected clients, there are {now}");

        async Task<int> CountAsync()
        {
            using var status = JsonDocument.Parse(await Api.Http.GetStringAsync("/status", TestContext.Current.CancellationToken));
            return status.RootElement.GetProperty("connected_clients").GetInt32();
        }
    }

    private static object Options(string connection) => connection switch
    {
        "websocket" => new { transports = (string[])["websocket"] },
        "polling" => new { transports = (string[])["polling"] },
        "upgrade" => new { },
        "frontend" => new
        {
            transports = (string[])["websocket", "polling"],
            withCredentials = true,
            extraHeaders = new { Origin = Frontend },
        },
        _ => throw new ArgumentOutOfRangeException(nameof(connection), connection, message: null),
    };

    private static Func<JsonElement, bool> IsThe(string id) => listing => listing.GetProperty("id").GetString() == id;

    private static double Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>Connects and waits until the transport is the one it stays with, so that what follows goes over that one.</summary>
    private async Task<NodeClient> ConnectAsync(NodeClients node, string version, string connection, string transport)
    {
        NodeClient client = await node.ConnectAsync(Api.Address, version, Options(connection));
        await Deadline.Until(client.GetTransportAsync, now => now == transport, now => $"the transport {transport}, it is {now}");
        return client;
    }
}
