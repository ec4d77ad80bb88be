using System.Net.WebSockets;

namespace Flipr.Api.Benchmarks;

/// <summary>A client that has joined, answers pings, and counts the listings it hears of.</summary>
internal sealed class IdleClient : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[2048];
    private readonly CancellationTokenSource _ending = new();
    private Task _reading = Task.CompletedTask;
    private int _heard;

    /// <summary>How many listings it has heard of.</summary>
    public int Heard => Volatile.Read(ref _heard);

    /// <summary>Whether it still listens.</summary>
    public bool IsConnected => !_reading.IsCompleted;

    public static async Task<IdleClient> JoinAsync(int port)
    {
        var client = new IdleClient();
        client._socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await client._socket.ConnectAsync(new UriBuilder("ws", "127.0.0.1", port, "/socket.io/") { Query = "EIO=4&transport=websocket" }.Uri, CancellationToken.None);
        await client.SendAsync("40"u8.ToArray());
        while (!(await client.ReceiveAsync()).StartsWith("42[\"connection_status\""u8))
        {
            // The open packet, and the answer to joining.
        }

        client._reading = client.ReadAsync();
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _ending.Dispose();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            ReadOnlyMemory<byte> message = await ReceiveMemoryAsync();
            if (message.Span.SequenceEqual("2"u8))
            {
                await SendAsync("3"u8.ToArray());
            }
            else if (message.Span.StartsWith("42[\"new_property\""u8))
            {
                Interlocked.Increment(ref _heard);
            }
        }
    }

    private Task SendAsync(byte[] packet) => _socket.SendAsync(packet, WebSocketMessageType.Text, endOfMessage: true, _ending.Token);

    private async Task<byte[]> ReceiveAsync() => (await ReceiveMemoryAsync()).ToArray();

    // Messages here fit into the buffer.
    private async Task<ReadOnlyMemory<byte>> ReceiveMemoryAsync()
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult received = await _socket.ReceiveAsync(_buffer.AsMemory(length), _ending.Token);
            length += received.Count;
            if (received.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException("The server closed the connection.");
            }

            if (received.EndOfMessage)
            {
                return _buffer.AsMemory(0, length);
            }
        }
    }
}
