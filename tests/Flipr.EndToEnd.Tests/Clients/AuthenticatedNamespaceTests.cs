using System.Text.Json;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>Namespaces that ask who comes, and the JavaScript client: by the handshake's user and by a token in CONNECT, until either expires.</summary>
public sealed class AuthenticatedNamespaceTests
{
    // The server's: shorter than the time to the first ping.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    public static MatrixTheoryData<string, string> Connections => new(["4.6", "4.8"], ["websocket", "polling", "upgrade"]);

    public static MatrixTheoryData<string, string> Ways => new(["query", "header", "cookie"], ["websocket", "polling"]);

    [Theory]
    [MemberData(nameof(Connections))]
    public async Task Node_is_who_its_CONNECT_says(string version, string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        Dictionary<string, object> options = Options(transport);
        options["auth"] = new { token = ProtectedServer.TokenOf("ada", roles: "admin") };

        NodeClient client = await node.ConnectAsync(new Uri(server.Address, "/admin"), version, options);

        Assert.Equal("ada", (await client.EmitWithAckAsync("who"))[0].GetString());
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task Node_is_told_why_its_CONNECT_is_refused_and_may_come_again(string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.OpenAsync(new Uri(server.Address, "/admin"), options: Options(transport));
        await ShouldBeRefusedAsync(client, "Unauthorized", 401, "token_missing");

        await client.ConnectAsync(new { token = ProtectedServer.TokenOf("ada", TimeSpan.FromMinutes(-1), "admin") });
        await ShouldBeRefusedAsync(client, "Unauthorized", 401, "token_invalid");

        await client.ConnectAsync(new { token = ProtectedServer.TokenOf("bob", roles: "guest") });
        await ShouldBeRefusedAsync(client, "Forbidden", 403, "forbidden");

        await client.ConnectAsync(new { token = ProtectedServer.TokenOf("ada", roles: "admin") });
        await client.WaitForAsync(":connect");
        Assert.Equal("ada", (await client.EmitWithAckAsync("who"))[0].GetString());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_namespace_asks_for_the_handshakes_user_and_another_for_a_token_beside(string way, string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        Dictionary<string, object> known = await OptionsAsync(server, way, transport);

        NodeClient nobody = await node.OpenAsync(new Uri(server.Address, "/users"), options: Options(transport));
        await ShouldBeRefusedAsync(nobody, "Unauthorized", 401, "user_missing");
        NodeClient ada = await node.ConnectAsync(new Uri(server.Address, "/users"), options: known);
        Assert.Equal("ada", (await ada.EmitWithAckAsync("who"))[0].GetString());
        NodeClient guest = await node.OpenAsync(new Uri(server.Address, "/admin"), options: known);
        await ShouldBeRefusedAsync(guest, "Forbidden", 403, "forbidden");
        known["auth"] = new { token = ProtectedServer.TokenOf("root", roles: "admin") };
        NodeClient root = await node.ConnectAsync(new Uri(server.Address, "/admin"), options: known);
        Assert.Equal("root", (await root.EmitWithAckAsync("who"))[0].GetString());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task When_the_handshakes_ticket_expires_Node_reconnects_and_is_nobody(string way, string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        NodeClient client = await node.ConnectAsync(new Uri(server.Address, "/users"), options: await OptionsAsync(server, way, transport));

        server.Clock.Advance(Lifetime);

        // A poll that comes after the end is nobody's, and an error; one that was there, and a WebSocket, are closed.
        string? reason = (await client.WaitForAsync(":disconnect")).GetString();
        Assert.True(reason == "transport close" || (reason == "transport error" && transport == "polling"), reason);
        await ShouldBeRefusedAsync(client, "Unauthorized", 401, "user_missing");
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task When_the_CONNECTs_token_expires_Node_is_sent_away_and_comes_again_with_another(string transport)
    {
        await using ProtectedServer server = await ProtectedServer.StartAsync();
        await using NodeClients node = await NodeClients.StartAsync();
        Dictionary<string, object> options = Options(transport);
        options["auth"] = new { token = TestToken.Create("ada", server.Clock.GetUtcNow() + Lifetime, "admin") };
        NodeClient client = await node.ConnectAsync(new Uri(server.Address, "/admin"), options: options);
        client.Forget();

        server.Clock.Advance(Lifetime);

        Assert.Equal("io server disconnect", (await client.WaitForAsync(":disconnect")).GetString());
        await client.ConnectAsync(new { token = ProtectedServer.TokenOf("ada", roles: "admin") });
        await client.WaitForAsync(":connect");
        Assert.Equal("ada", (await client.EmitWithAckAsync("who"))[0].GetString());
    }

    private static async Task ShouldBeRefusedAsync(NodeClient client, string message, int status, string reason)
    {
        JsonElement data = await client.WaitForAsync(":refused");
        Assert.Equal(message, (await client.WaitForAsync(":connect_error")).GetString());
        Assert.Equal((status, reason), (data.GetProperty("status").GetInt32(), data.GetProperty("reason").GetString()));
        Assert.Equal(0, client.Count(":connect") - client.Count(":disconnect"));
        client.Forget();
    }

    private static async Task<Dictionary<string, object>> OptionsAsync(ProtectedServer server, string way, string transport)
    {
        Dictionary<string, object> options = Options(transport);
        string token = TestToken.Create("ada", server.Clock.GetUtcNow() + Lifetime);
        switch (way)
        {
            case "query":
                options["query"] = new { access_token = token };
                break;
            case "header":
                options["extraHeaders"] = new { Authorization = $"Bearer {token}" };
                break;
            case "cookie":
                options["extraHeaders"] = new { Cookie = await server.LogInAsync("ada", Lifetime) };
                break;
        }

        return options;
    }

    private static Dictionary<string, object> Options(string transport)
    {
        var options = new Dictionary<string, object> { ["path"] = ProtectedServer.OpenPath };
        if (transport != "upgrade")
        {
            options["transports"] = (string[])[transport];
        }

        return options;
    }
}
