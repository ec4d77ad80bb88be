using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Flipr.EndToEnd.Tests.Support;

namespace Flipr.EndToEnd.Tests;

/// <summary>The very first bytes of a connection, without any client library: what the old backend failed at.</summary>
public class HandshakeTests(SharedApi shared)
{
    private const string Frontend = "https://app.flipr.realty";

    [Fact]
    public async Task A_WebSocket_handshake_is_answered_with_101_and_the_open_packet()
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(shared.Api.Address.Host, shared.Api.Address.Port, TestContext.Current.CancellationToken);
        await using NetworkStream stream = connection.GetStream();
        // The key and its answer are RFC 6455's own example.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n",
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1",
            $"Host: {shared.Api.Address.Authority}",
            $"Origin: {Frontend}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "", "")), TestContext.Current.CancellationToken);

        string head = await ReadHeadAsync(stream).Within(() => "the answer's head");
        Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head, StringComparison.OrdinalIgnoreCase);

        byte[] frame = new byte[2];
        await stream.ReadExactlyAsync(frame, TestContext.Current.CancellationToken).AsTask().Within(() => "the first frame");
        Assert.Equal(0x81, frame[0]); // one whole text frame
        int length = frame[1];
        Assert.InRange(length, 1, 126); // unmasked; 126 means that two bytes of length follow
        if (length == 126)
        {
            await stream.ReadExactlyAsync(frame, TestContext.Current.CancellationToken);
            length = (frame[0] << 8) | frame[1];
        }

        byte[] packet = new byte[length];
        await stream.ReadExactlyAsync(packet, TestContext.Current.CancellationToken).AsTask().Within(() => "the open packet");
        Assert.Equal((byte)'0', packet[0]);
        using var open = JsonDocument.Parse(packet.AsMemory(1));
        Assert.NotEqual("", open.RootElement.GetProperty("sid").GetString());
        Assert.Empty(open.RootElement.GetProperty("upgrades").EnumerateArray());
        Assert.Equal(25_000, open.RootElement.GetProperty("pingInterval").GetInt32());
        Assert.Equal(60_000, open.RootElement.GetProperty("pingTimeout").GetInt32());
    }

    [Theory]
    [InlineData("GET", "/socket.io/?EIO=4&transport=polling")]
    [InlineData("OPTIONS", "/socket.io/?EIO=4&transport=polling")]
    [InlineData("GET", "/properties")]
    [InlineData("OPTIONS", "/update")]
    public async Task The_frontends_origin_may_connect_with_credentials(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", Frontend);
        if (method == "OPTIONS")
        {
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
        }

        using HttpResponseMessage response = await shared.Api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode}");
        // With credentials a browser takes the origin itself, never "*".
        Assert.Equal([Frontend], response.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["true"], response.Headers.GetValues("Access-Control-Allow-Credentials"));
        Assert.Contains("Origin", response.Headers.Vary, StringComparer.OrdinalIgnoreCase);
        if (method == "OPTIONS")
        {
            Assert.Contains("content-type", string.Join(',', response.Headers.GetValues("Access-Control-Allow-Headers")), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] next = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(next, TestContext.Current.CancellationToken);
            head.Append((char)next[0]);
        }

        return head.ToString();
    }
}
