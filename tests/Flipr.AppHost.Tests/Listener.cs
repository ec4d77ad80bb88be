using System.Text.Json;
using SocketIOClient;
using SocketIOClient.Transport;
using Client = SocketIOClient.SocketIO;

namespace Flipr.AppHost.Tests;

/// <summary>A Socket.IO client that hears of listings.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly Client _client;
    private readonly Inbox _inbox = new("the client");

    private Listener(Client client)
    {
        _client = client;
        client.OnAny((name, response) => _inbox.Add(name, response.Count > 0 ? response.GetValue() : default));
    }

    /// <summary>Its id in the namespace, as the backend logs it.</summary>
    public string Id { get; private set; } = "";

    public static async Task<Listener> ConnectAsync(Uri backend)
    {
        var listener = new Listener(new Client(backend, new SocketIOOptions { Transport = TransportProtocol.WebSocket }));
        await listener._client.ConnectAsync().Within(() => $"a client to connect to {backend}");
        listener.Id = (await listener._inbox.WaitForAsync("connection_status")).GetProperty("sid").GetString()!;
        return listener;
    }

    /// <summary>Waits for the listing that the dashboard's command posted.</summary>
    public async Task<JsonElement> HearSampleAsync()
    {
        JsonElement listing = await _inbox.WaitForAsync("new_property");
        Assert.Contains("Sample Street", listing.GetProperty("address").GetString(), StringComparison.Ordinal);
        return listing;
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisconnectAsync();
        _client.Dispose();
    }
}
