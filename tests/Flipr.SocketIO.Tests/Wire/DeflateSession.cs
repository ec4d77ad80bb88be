using System.Net.WebSockets;
using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>A session over the framework's own WebSocket client, which compresses: the server's raw path does not serve it.</summary>
public sealed class DeflateSession(ClientWebSocket socket) : EngineClient
{
    private OpenPacket _open = null!;

    public override OpenPacket Open => _open;

    public static async Task<DeflateSession> OpenAsync(WireServer server)
    {
        var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/socket.io/", Query = WebSocketWire.Query }.Uri, CancellationToken.None);
        var session = new DeflateSession(socket);
        session._open = OpenPacket.Parse(await session.ReceiveTextAsync());
        return session;
    }

    public override async Task SendAsync(params WirePacket[] packets)
    {
        foreach (WirePacket packet in packets)
        {
            await socket.SendAsync(
                packet.IsBinary ? packet.Binary! : Encoding.UTF8.GetBytes(packet.Text!), packet.IsBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, CancellationToken.None);
        }
    }

    public override async Task<WirePacket> ReceiveAsync() => await ReceiveOrEndAsync() ?? throw new InvalidOperationException("A packet was due, the server closed.");

    public override async Task<WirePacket?> ReceiveOrEndAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[4096];
        WebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer, CancellationToken.None).Within("a frame comes");
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);

        return part.MessageType switch
        {
            WebSocketMessageType.Text => Encoding.UTF8.GetString(message.ToArray()),
            WebSocketMessageType.Binary => message.ToArray(),
            _ => null,
        };
    }

    public override async Task ReceiveEndAsync() => Assert.Null(await ReceiveOrEndAsync());

    public override Task VanishAsync()
    {
        socket.Abort();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
