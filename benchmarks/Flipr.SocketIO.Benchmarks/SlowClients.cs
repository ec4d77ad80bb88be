using System.Text;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>Clients that join and then take nothing any more, each in its own way.</summary>
internal sealed class SlowClients(HttpClient http, int port) : IDisposable
{
    /// <summary>What the system may keep for one that does not read: nothing of the server's memory, but of the machine's.</summary>
    private const int ReceiveBuffer = 64 * 1024;

    private const int Polls = 200;

    private readonly List<IDisposable> _open = [];

    /// <summary>How the clients call themselves, and how many there are of each.</summary>
    public Dictionary<string, int> Expected { get; } = [];

    public async Task ConnectAsync(int ofEach)
    {
        for (int i = 0; i < ofEach; i++)
        {
            _open.Add(await WireClient.ConnectAsync(port, """{"kind":"websocket that stops reading"}""", ReceiveBuffer));
            await PollingClient.ConnectAndStopAsync(http, port, """{"kind":"polling that stops polling"}""");
            _open.Add(await PollAndStopReadingAsync());
        }

        Expected["websocket that stops reading"] = ofEach;
        Expected["polling that stops polling"] = ofEach;
        Expected["polling that stops reading the answers"] = ofEach;
    }

    public void Dispose() => _open.ForEach(static client => client.Dispose());

    private async Task<IDisposable> PollAndStopReadingAsync()
    {
        string url = await PollingClient.ConnectAndStopAsync(http, port, """{"kind":"polling that stops reading the answers"}""");
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp) { ReceiveBufferSize = ReceiveBuffer };
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, port);

        // Many polls in one write (HTTP pipelining): the server answers one after the other until the system takes no more.
        string poll = $"GET {new Uri(url).PathAndQuery} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(poll, Polls))));
        return socket;
    }
}
