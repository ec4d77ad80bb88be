using System.Text.Json;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>One Engine.IO session seen from the client, whatever transport carries it.</summary>
public abstract class EngineClient : IAsyncDisposable
{
    private int _barrier = 900_000;

    /// <summary>The Engine.IO session's id.</summary>
    public string Sid => Open.Sid;

    /// <summary>What the handshake answered.</summary>
    public abstract OpenPacket Open { get; }

    /// <summary>Sends packets in order: over polling in one POST, over WebSocket one message each.</summary>
    public abstract Task SendAsync(params WirePacket[] packets);

    /// <summary>The next packet; fails when none comes in time or the session ends.</summary>
    public abstract Task<WirePacket> ReceiveAsync();

    /// <summary>The next packet, or null when the server ends the session instead.</summary>
    public abstract Task<WirePacket?> ReceiveOrEndAsync();

    /// <summary>Waits for the server to end the session; fails when it sends another packet first.</summary>
    public abstract Task ReceiveEndAsync();

    /// <summary>Goes away without a word: the connection is cut, a pending poll is dropped.</summary>
    public abstract Task VanishAsync();

    public abstract ValueTask DisposeAsync();

    public async Task<string> ReceiveTextAsync()
    {
        WirePacket packet = await ReceiveAsync();
        Assert.False(packet.IsBinary, $"A text packet was due, binary came: {packet}");
        return packet.Text!;
    }

    public async Task<byte[]> ReceiveBinaryAsync()
    {
        WirePacket packet = await ReceiveAsync();
        Assert.True(packet.IsBinary, $"A binary packet was due, text came: {packet}");
        return packet.Binary!;
    }

    /// <summary>The next packets are exactly these.</summary>
    public async Task ShouldReceiveAsync(params WirePacket[] packets)
    {
        foreach (WirePacket expected in packets)
        {
            Assert.Equal(expected.ToString(), (await ReceiveAsync()).ToString());
        }
    }

    /// <summary>Connects to a namespace and gives the socket's id.</summary>
    public async Task<string> JoinAsync(string nsp = "/", string auth = "")
    {
        string prefix = Prefix(nsp);
        await SendAsync($"40{prefix}{auth}");
        return SidOf(await ReceiveTextAsync(), nsp);
    }

    /// <summary>Reads the socket's id from the answer to a CONNECT.</summary>
    public static string SidOf(string packet, string nsp = "/")
    {
        string prefix = Prefix(nsp);
        Assert.StartsWith($"40{prefix}{{", packet, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(packet[(2 + prefix.Length)..]);
        return json.RootElement.GetProperty("sid").GetString()!;
    }

    /// <summary>
    /// Asks the server for an ack and checks that its answer is the next packet: what was sent before has been handled by then, and
    /// whatever it should not have caused has not come. The socket must have joined <c>/</c>.
    /// </summary>
    public async Task ShouldHaveNothingElseAsync()
    {
        int id = _barrier++;
        await SendAsync($"42{id}[\"barrier\"]");
        await ShouldReceiveAsync($"43{id}[]");
    }

    private static string Prefix(string nsp) => nsp == "/" ? "" : nsp + ",";
}
