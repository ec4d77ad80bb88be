using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>A session over a WebSocket from its first packet on.</summary>
public sealed class WebSocketSession(WebSocketWire wire, OpenPacket open) : EngineClient
{
    public override OpenPacket Open => open;

    public WebSocketWire Wire => wire;

    public static async Task<WebSocketSession> OpenAsync(WireServer server)
    {
        WebSocketWire wire = await WebSocketWire.ConnectAsync(server);
        return new(wire, OpenPacket.Parse(await wire.ReceiveTextAsync()));
    }

    public override Task SendAsync(params WirePacket[] packets) =>
        wire.SendAsync([.. packets.Select(p => p.IsBinary ? Frame.Binary(p.Binary) : Frame.Text(p.Text))]);

    public override Task<WirePacket> ReceiveAsync() => wire.ReceiveAsync();

    public override async Task<WirePacket?> ReceiveOrEndAsync()
    {
        Frame frame = await wire.ReceiveFrameAsync();
        return frame.Opcode switch
        {
            Opcode.Text => Encoding.UTF8.GetString(frame.Payload),
            Opcode.Binary => frame.Payload,
            _ => null,
        };
    }

    public override async Task ReceiveEndAsync() => await wire.ReceiveCloseAndEndAsync();

    public override Task VanishAsync()
    {
        wire.Abort();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync() => wire.DisposeAsync();
}
