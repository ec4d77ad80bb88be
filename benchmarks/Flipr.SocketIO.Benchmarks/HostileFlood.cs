using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Sends hostile input over a bounded number of connections.</summary>
internal sealed class HostileFlood(HttpClient http, int port) : IDisposable
{
    private const int ConnectionsOfKind = 50;
    private const int InputsOfConnection = 50;
    private const int UnfinishedOfKind = 30;
    private static readonly TimeSpan ReadTime = TimeSpan.FromSeconds(1);

    private readonly List<System.Net.Sockets.Socket> _open = [];

    /// <summary>How many inputs were sent.</summary>
    public int Sent { get; private set; }

    /// <summary>How many connections were made.</summary>
    public int Connections { get; private set; }

    public async Task RunAsync()
    {
        foreach (Func<int, string> packet in HostileInput.Packets.Values)
        {
            await FloodAsync(i => ClientFrame.Of(Encoding.UTF8.GetBytes(packet(i))), isWebSocket: true);
        }

        foreach (Func<int, byte[]> frame in HostileInput.Frames.Values)
        {
            await FloodAsync(frame, isWebSocket: true);
        }

        foreach (Func<int, byte[]> request in HostileInput.Requests.Values)
        {
            await FloodAsync(request, isWebSocket: false);
        }

        await LeaveUnfinishedAsync();
    }

    public void Dispose() => _open.ForEach(static socket => socket.Dispose());

    private async Task FloodAsync(Func<int, byte[]> input, bool isWebSocket)
    {
        byte[] inputs = [.. Enumerable.Range(0, InputsOfConnection).SelectMany(input)];
        await Parallel.ForAsync(0, ConnectionsOfKind, new ParallelOptions { MaxDegreeOfParallelism = ConnectionsOfKind }, async (_, _) =>
        {
            using System.Net.Sockets.Socket socket = isWebSocket ? await WireClient.OpenAsync(port) : await ConnectAsync();
            try
            {
                if (isWebSocket)
                {
                    await socket.SendAsync(ClientFrame.Of("40"u8));
                }

                await socket.SendAsync(inputs);
                await ReadToEndAsync(socket);
            }
            catch (SocketException)
            {
                // The server has cut the connection, as it should.
            }
        });
        Connections += ConnectionsOfKind;
        Sent += ConnectionsOfKind * InputsOfConnection;
    }

    // Some kinds are legal, if useless: those connections stay open, and the flood itself goes after a while.
    private static async Task ReadToEndAsync(System.Net.Sockets.Socket socket)
    {
        var buffer = new byte[16 * 1024];
        using var time = new CancellationTokenSource(ReadTime);
        try
        {
            while (await socket.ReceiveAsync(buffer, time.Token) > 0)
            {
            }
        }
        catch (OperationCanceledException)
        {
            socket.LingerState = new LingerOption(true, 0);
        }
    }

    private async Task LeaveUnfinishedAsync()
    {
        foreach ((string kind, byte[] start) in HostileInput.Unfinished)
        {
            for (int i = 0; i < UnfinishedOfKind; i++)
            {
                System.Net.Sockets.Socket socket = start.Length == 0 || start[0] < 'A' || start[0] > 'Z' ? await WireClient.OpenAsync(port) : await ConnectAsync();
                _open.Add(socket);
                byte[] bytes = start;
                if (kind == "POST that never ends")
                {
                    string url = await PollingClient.OpenAsync(http, port);
                    bytes = Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(start).Replace("{sid}", url[(url.LastIndexOf('=') + 1)..], StringComparison.Ordinal));
                }

                await socket.SendAsync(bytes);
            }

            Connections += UnfinishedOfKind;
        }
    }

    private async Task<System.Net.Sockets.Socket> ConnectAsync()
    {
        var socket = new System.Net.Sockets.Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
