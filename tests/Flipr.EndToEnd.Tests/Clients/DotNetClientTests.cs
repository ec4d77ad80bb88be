using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.EndToEnd.Tests.Support;
using SocketIOClient;
using SocketIOClient.Transport;
using Client = SocketIOClient.SocketIO;

namespace Flipr.EndToEnd.Tests.Clients;

/// <summary>NuGet's SocketIOClient, which .NET programs use.</summary>
public class DotNetClientTests(SharedApi shared)
{
    private readonly Inbox _inbox = new("SocketIOClient");

    [Theory]
    [InlineData(TransportProtocol.WebSocket, false)]
    [InlineData(TransportProtocol.Polling, false)]
    [InlineData(TransportProtocol.Polling, true)]
    public async Task Connects_pings_and_hears_of_a_listing(TransportProtocol transport, bool upgrade)
    {
        using var client = new Client(shared.Api.Address, new SocketIOOptions { Transport = transport, AutoUpgrade = upgrade });
        client.OnAny((name, response) => _inbox.Add(name, response.Count > 0 ? response.GetValue() : default));
        await client.ConnectAsync().Within(() => "SocketIOClient to connect");

        JsonElement status = await _inbox.WaitForAsync("connection_status");
        Assert.Equal("connected", status.GetProperty("status").GetString());

        var acknowledged = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.EmitAsync("ping_test", response => acknowledged.SetResult(response.GetValue().GetProperty("received").GetString()), "hello");
        JsonElement pong = await _inbox.WaitForAsync("pong_response");
        Assert.Equal("hello", pong.GetProperty("received").GetString());
        Assert.Equal("hello", await acknowledged.Task.Within(() => "the acknowledgement"));

        string id = await shared.Api.PostAsync(new JsonObject { ["id"] = Guid.NewGuid().ToString(), ["address"] = "2 Main Street" });
        JsonElement listing = await _inbox.WaitForAsync("new_property", listing => listing.GetProperty("id").GetString() == id);
        Assert.Equal("2 Main Street", listing.GetProperty("address").GetString());

        await client.DisconnectAsync().Within(() => "SocketIOClient to disconnect");
    }

    /// <summary>It posts its first event while the server, which has just started, still handles its CONNECT.</summary>
    [Fact]
    public async Task Over_polling_its_first_session_at_a_server_that_has_just_started_lives_on()
    {
        await using ApiProcess api = await ApiProcess.StartAsync();
        using var client = new Client(api.Address, new SocketIOOptions { Transport = TransportProtocol.Polling, AutoUpgrade = false });
        client.OnAny((name, response) => _inbox.Add(name, response.Count > 0 ? response.GetValue() : default));
        client.OnDisconnected += (_, reason) => _inbox.Add($":disconnect {reason}", default);
        client.OnReconnectAttempt += (_, _) => _inbox.Add(":reconnect", default);

        await client.ConnectAsync().Within(() => "SocketIOClient to connect");
        await _inbox.WaitForAsync("connection_status"); // Over polling it says that it has connected before it has.
        string id = client.Id;
        var acknowledged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.EmitAsync("ping_test", _ => acknowledged.SetResult(), "hello");
        await acknowledged.Task.Within(() => $"the acknowledgement; so far: {_inbox.Describe()}\n{api.Output}");
        await _inbox.WaitForAsync("pong_response");

        Assert.Equal(id, client.Id);
        Assert.DoesNotContain(":", _inbox.Describe().Split('\n').Select(line => line[..1]));
        await client.DisconnectAsync().Within(() => "SocketIOClient to disconnect");
    }
}
