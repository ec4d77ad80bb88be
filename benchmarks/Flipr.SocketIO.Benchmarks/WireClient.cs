using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A WebSocket client that costs as little as possible: it joins a namespace and then only counts bytes.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly System.Net.Sockets.Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[16 * 1024];

    public static async Task<WireClient> ConnectAsync(int port, string ns)
    {
        var client = new WireClient();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        await client._socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        await client.ReadUntilAsync("maxPayload");
        await client.EmitAsync(ns == "/" ? "40" : $"40{ns},");
        await client.ReadUntilAsync("\"}");
        return client;
    }

    /// <summary>Sends a text as one frame; the mask is zero, which leaves the text as it is.</summary>
    public async Task EmitAsync(string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        await _socket.SendAsync((byte[])[0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);
    }

    /// <summary>Asks the server what it has allocated and how many broadcasts it has sent.</summary>
    public async Task<(long Allocated, long Sent, long CpuMicroseconds)> AskAllocatedAsync()
    {
        await EmitAsync("42/control,1[\"allocated\"]");
        string answer = await ReadUntilAsync("]");
        string[] numbers = answer[(answer.LastIndexOf('[') + 1)..answer.IndexOf(']', StringComparison.Ordinal)].Split(',');
        return (long.Parse(numbers[0]), long.Parse(numbers[1]), long.Parse(numbers[2]));
    }

    /// <summary>Reads for good and reports how many bytes came.</summary>
    public void CountInto(Action<int> onBytes)
    {
        var read = new SocketAsyncEventArgs();
        read.SetBuffer(_buffer);
        read.Completed += (_, _) =>
        {
            if (read.BytesTransferred > 0)
            {
                onBytes(read.BytesTransferred);
                Continue();
            }
        };
        Continue();

        void Continue()
        {
            while (!_socket.ReceiveAsync(read))
            {
                if (read.BytesTransferred <= 0)
                {
                    return;
                }

                onBytes(read.BytesTransferred);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<string> ReadUntilAsync(string end)
    {
        var text = new StringBuilder();
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int read = await _socket.ReceiveAsync(_buffer);
            if (read == 0)
            {
                throw new IOException($"The server closed the connection after '{text}'.");
            }

            text.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }

        return text.ToString();
    }
}
