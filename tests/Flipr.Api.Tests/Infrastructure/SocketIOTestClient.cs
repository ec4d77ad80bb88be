using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>The least of a Socket.IO client over WebSocket: connects to <c>/</c>, sends and receives events.</summary>
internal sealed class SocketIOTestClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<JsonElement> _acks = Channel.CreateUnbounded<JsonElement>();
    private readonly byte[] _buffer = new byte[2 * 1024 * 1024];
    private Task _receiving = Task.CompletedTask;

    public string Sid { get; private set; } = "";

    public static async Task<SocketIOTestClient> ConnectAsync(Uri server, string? origin = null, string? forwardedFor = null)
    {
        var client = new SocketIOTestClient();
        if (forwardedFor is not null)
        {
            client._socket.Options.SetRequestHeader("X-Forwarded-For", forwardedFor);
        }

        if (origin is not null)
        {
            client._socket.Options.SetRequestHeader("Origin", origin);
        }

        await client._socket.ConnectAsync(
            new UriBuilder(server) { Scheme = "ws", Path = "/socket.io/", Query = "EIO=4&transport=websocket" }.Uri, TestContext.Current.CancellationToken);
        Assert.StartsWith("0{", await client.ReceiveAsync(), StringComparison.Ordinal);
        await client.SendAsync("40");
        client.Sid = JsonElement.Parse((await client.ReceiveAsync())[2..]).GetProperty("sid").GetString()!;
        client._receiving = client.ReceiveAllAsync();
        return client;
    }

    public Task EmitAsync(string eventAndArguments, int? ack = null) => SendAsync($"42{ack}{eventAndArguments}");

    /// <summary>The next event's payload; its name must be the one expected. Without one: the event as it came, name and payload.</summary>
    public async Task<JsonElement> NextAsync(string? name)
    {
        JsonElement received = await _events.Reader.ReadAsync(TestContext.Current.CancellationToken);
        if (name is null)
        {
            return received;
        }

        Assert.Equal(name, received[0].GetString());
        return received[1];
    }

    /// <summary>The events that have come and were not read yet.</summary>
    public List<JsonElement> Heard()
    {
        var heard = new List<JsonElement>();
        while (_events.Reader.TryRead(out JsonElement received))
        {
            heard.Add(received);
        }

        return heard;
    }

    /// <summary>Emits an event with one argument and returns what its ack brings.</summary>
    public async Task<JsonElement> AskAsync(string name, string argument)
    {
        await EmitAsync($"[\"{name}\",{argument}]", ack: 1);
        return (await NextAckAsync())[0];
    }

    /// <summary>Whether nothing but what was read has come: what comes next is the answer to a ping.</summary>
    public async Task HeardNothingElseAsync()
    {
        await EmitAsync("[\"ping_test\"]");
        await NextAsync("pong_response");
    }

    public async Task<JsonElement> NextAckAsync() => await _acks.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _receiving;
        _socket.Dispose();
    }

    private Task SendAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    private async Task ReceiveAllAsync()
    {
        try
        {
            while (true)
            {
                string packet = await ReceiveAsync();
                if (packet == "2")
                {
                    await SendAsync("3");
                }
                else if (packet.StartsWith("42", StringComparison.Ordinal))
                {
                    await _events.Writer.WriteAsync(JsonElement.Parse(packet[2..]));
                }
                else if (packet.StartsWith("43", StringComparison.Ordinal))
                {
                    await _acks.Writer.WriteAsync(JsonElement.Parse(packet[packet.IndexOf('[', StringComparison.Ordinal)..]));
                }
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            _events.Writer.Complete(exception); // The end of the connection, whoever ended it.
            _acks.Writer.Complete(exception);
        }
    }

    private async Task<string> ReceiveAsync()
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await _socket.ReceiveAsync(_buffer.AsMemory(length), TestContext.Current.CancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("The server closed the connection.");
            }

            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }
}
