using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A WebSocket client that costs as little as possible: it joins a namespace and then only counts bytes.</summary>
internal sealed class WireClient : IDisposable
{
    private readonly System.Net.Sockets.Socket _socket;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private WireClient(System.Net.Sockets.Socket socket) => _socket = socket;

    /// <summary>Opens a session over a WebSocket, on a plain socket; its first packet has been read.</summary>
    /// <param name="port">The server's port on the loopback address.</param>
    /// <param name="receiveBuffer">How much the system may keep for a client that does not read, if that matters.</param>
    public static async Task<System.Net.Sockets.Socket> OpenAsync(int port, int? receiveBuffer = null)
    {
        var socket = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        await ReadUntilAsync(socket, "maxPayload");
        return socket;
    }

    /// <summary>Opens a session and joins <c>/</c>; from then on nothing is read unless <see cref="CountInto"/> is called.</summary>
    public static async Task<WireClient> ConnectAsync(int port, string auth = "", int? receiveBuffer = null)
    {
        System.Net.Sockets.Socket socket = await OpenAsync(port, receiveBuffer);
        await socket.SendAsync(ClientFrame.Of(Encoding.UTF8.GetBytes("40" + auth)));
        await ReadUntilAsync(socket, "\"}");
        return new WireClient(socket);
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
            try
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
            catch (ObjectDisposedException)
            {
                // The measurement is over.
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static async Task ReadUntilAsync(System.Net.Sockets.Socket socket, string end)
    {
        var buffer = new byte[1024];
        var text = new StringBuilder();
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int read = await socket.ReceiveAsync(buffer);
            if (read == 0)
            {
                throw new IOException($"The server closed the connection after '{text}'.");
            }

            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
    }
}
