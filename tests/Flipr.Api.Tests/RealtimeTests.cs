using System.Net.WebSockets;
using System.Text.Json;

namespace Flipr.Api.Tests;

public sealed class RealtimeTests : IDisposable
{
    private readonly ApiHost _api = new();

    [Fact]
    public async Task The_first_event_tells_that_the_connection_stands()
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url, "https://app.flipr.realty");

        Assert.Equal(
            $$"""{"status":"connected","message":"Successfully connected to Flipr WebSocket server","sid":"{{client.Sid}}","cursor":"*"}""",
            JsonText.Of(await client.NextAsync("connection_status")));
        Assert.Equal(1, (await _api.GetAsync("/status")).GetProperty("connected_clients").GetInt32());
    }

    [Theory]
    [InlineData("""{"a":[1.10,"é"]}""")]
    [InlineData("\"text\"")]
    [InlineData("12345678901234567890")]
    [InlineData("null")]
    public async Task A_ping_is_answered_with_what_it_brought_and_through_its_ack(string payload)
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        await client.NextAsync("connection_status");

        double before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        await client.EmitAsync($"[\"ping_test\",{payload}]", ack: 7);

        JsonElement pong = await client.NextAsync("pong_response");
        Assert.Equal(payload, pong.GetProperty("received").GetRawText());
        Assert.Equal("Pong response from Flipr server", pong.GetProperty("message").GetString());
        Assert.InRange(pong.GetProperty("timestamp").GetDouble(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
        Assert.Equal(pong.GetRawText(), (await client.NextAckAsync())[0].GetRawText());
    }

    [Fact]
    public async Task A_ping_may_bring_nothing()
    {
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        await client.NextAsync("connection_status");

        await client.EmitAsync("[\"ping_test\"]");

        Assert.Equal("null", (await client.NextAsync("pong_response")).GetProperty("received").GetRawText());
    }

    [Fact]
    public async Task Every_change_reaches_every_client_as_it_was_stored()
    {
        await using SocketIOTestClient one = await SocketIOTestClient.ConnectAsync(_api.Url);
        await using SocketIOTestClient other = await SocketIOTestClient.ConnectAsync(_api.Url);

        await _api.StoreAsync("""{"id":"a","price":1.10,"unknown":{"_placeholder":true,"num":0}}""");
        string stored = (await _api.PropertyAsync("a")).GetRawText();
        await _api.RefusedAsync("""{"id":"a","price":"none"}""");
        await _api.StoreAsync("""{"id":"a","price":2}""");
        using HttpResponseMessage deleted = await _api.Http.DeleteAsync("/properties/a", TestContext.Current.CancellationToken);
        using HttpResponseMessage again = await _api.Http.DeleteAsync("/properties/a", TestContext.Current.CancellationToken);
        await _api.StoreAsync("""{"id":"a","price":3}""");

        foreach (SocketIOTestClient client in (SocketIOTestClient[])[one, other])
        {
            await client.NextAsync("connection_status");
            Assert.Equal(stored, (await client.NextAsync("new_property")).GetRawText());
            Assert.Equal(2, (await client.NextAsync("property_updated")).GetProperty("price").GetInt32());
            Assert.Equal("""{"id":"a","cursor":"*"}""", JsonText.Of(await client.NextAsync("property_deleted")));
            Assert.Equal(3, (await client.NextAsync("new_property")).GetProperty("price").GetInt32());
        }
    }

    [Fact]
    public async Task Connects_and_disconnects_are_logged_with_the_sid()
    {
        SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(_api.Url);
        await client.NextAsync("connection_status");
        await client.DisposeAsync();

        Assert.Contains($"Client {client.Sid} connected over websocket", _api.Log.Text, StringComparison.Ordinal);
        await Eventually.ThatAsync(() => Task.FromResult(_api.Log.Text.Contains($"Client {client.Sid} disconnected: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task In_production_only_allowed_origins_connect()
    {
        using var production = ApiHost.InProduction(
            ("ALLOWED_ORIGINS", "https://app.flipr.realty, https://*.vercel.app"), ("ALLOW_ANONYMOUS_UPDATES", "true"));

        foreach (string? origin in (string?[])[null, "https://app.flipr.realty", "https://preview-1.vercel.app", production.Url.GetLeftPart(UriPartial.Authority)])
        {
            await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(production.Url, origin);
            await client.NextAsync("connection_status");
        }

        await Assert.ThrowsAsync<WebSocketException>(() => SocketIOTestClient.ConnectAsync(production.Url, "https://evil.example"));
    }

    public void Dispose() => _api.Dispose();
}
