using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>
/// A WebSocket client written by hand on the bytes of RFC 6455, so that it can be wrong on purpose. It answers nothing by itself:
/// no pong, no close. What the server sends must be legal, or reading it fails.
/// </summary>
public sealed class WebSocketWire : IAsyncDisposable
{
    public const string Query = "?EIO=4&transport=websocket";

    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private readonly IAsyncDisposable _connection;
    private readonly Func<int, Task<byte[]>> _read;
    private readonly Func<ReadOnlyMemory<byte>, Task> _write;
    private readonly Func<Task<bool>> _hasMore;
    private readonly Action _abort;
    private readonly List<string> _received = [];

    private WebSocketWire(
        HttpAnswer handshake,
        IAsyncDisposable connection,
        Func<int, Task<byte[]>> read,
        Func<ReadOnlyMemory<byte>, Task> write,
        Func<Task<bool>> hasMore,
        Action abort)
    {
        Handshake = handshake;
        _connection = connection;
        _read = read;
        _write = write;
        _hasMore = hasMore;
        _abort = abort;
    }

    /// <summary>The answer to the handshake.</summary>
    public HttpAnswer Handshake { get; }

    /// <summary>Opens a WebSocket over the server's route; fails when the handshake is refused.</summary>
    public static async Task<WebSocketWire> ConnectAsync(WireServer server, string query = Query, params string[] headers)
    {
        (HttpAnswer answer, WebSocketWire? socket) = await TryConnectAsync(server, "/socket.io/" + query, headers);
        return socket ?? throw new InvalidOperationException($"The WebSocket handshake was answered {answer.Status} {answer.Body}");
    }

    /// <summary>The answer to a handshake that is expected to be refused.</summary>
    public static async Task<HttpAnswer> RefusedAsync(WireServer server, string query = Query, params string[] headers)
    {
        (HttpAnswer answer, WebSocketWire? socket) = await TryConnectAsync(server, "/socket.io/" + query, headers);
        if (socket is not null)
        {
            await socket.DisposeAsync();
            throw new InvalidOperationException($"The WebSocket handshake should have been refused, it was answered {answer.Status}");
        }

        return answer;
    }

    /// <summary>A handshake to any target with any additional header lines; the socket is null when it was refused.</summary>
    public static Task<(HttpAnswer Answer, WebSocketWire? Socket)> TryConnectAsync(WireServer server, string target, params string[] headers) =>
        server.Route.Http2 ? ConnectOverHttp2Async(server, target, headers) : ConnectOverHttp1Async(server, target, headers);

    /// <summary>The header lines of a handshake over HTTP/1.1.</summary>
    public static IReadOnlyList<string> UpgradeHeaders { get; } =
        ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", $"Sec-WebSocket-Key: {Key}"];

    public Task SendTextAsync(string text) => SendAsync(Frame.Text(text));

    public Task SendBinaryAsync(params byte[] bytes) => SendAsync(Frame.Binary(bytes));

    /// <summary>Sends frames in one write.</summary>
    public Task SendAsync(params Frame[] frames) => SendBytesAsync(frames.SelectMany(f => f.ToBytes()).ToArray());

    public Task SendBytesAsync(ReadOnlyMemory<byte> bytes) => _write(bytes);

    /// <summary>Reads one frame, which must be a legal frame of a server.</summary>
    public async Task<Frame> ReceiveFrameAsync()
    {
        try
        {
            byte[] head = await _read(2);
            ulong length = (ulong)(head[1] & 0x7f);
            if (length == 126)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(await _read(2));
                Assert.True(length >= 126, "A frame's length must be written in as few bytes as it needs.");
            }
            else if (length == 127)
            {
                length = BinaryPrimitives.ReadUInt64BigEndian(await _read(8));
                Assert.True(length > ushort.MaxValue, "A frame's length must be written in as few bytes as it needs.");
            }

            var opcode = (Opcode)(head[0] & 0xf);
            Assert.True(Enum.IsDefined(opcode), $"Unknown opcode {opcode}");
            Assert.True((head[0] & 0x70) == 0, "Reserved bits are set, though no extension was agreed.");
            Assert.True((head[1] & 0x80) == 0, "A server must not mask.");
            var frame = new Frame(opcode, await _read(checked((int)length))) { Final = (head[0] & 0x80) != 0, Masked = false };
            Assert.True(opcode < Opcode.Close || (frame.Final && length < 126), $"An illegal control frame: {frame}");
            _received.Add(frame.ToString());
            return frame;
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            throw new InvalidOperationException($"A frame was due. {e.Message} Received before: [{string.Join(" | ", _received)}]", e);
        }
    }

    /// <summary>Reads one message, put together from its fragments; a control frame instead of it fails.</summary>
    public async Task<WirePacket> ReceiveAsync()
    {
        Frame frame = await ReceiveFrameAsync();
        Assert.True(frame.Opcode is Opcode.Text or Opcode.Binary, $"A message was due, this came: {frame}");
        using var message = new MemoryStream();
        message.Write(frame.Payload);
        for (Frame part = frame; !part.Final;)
        {
            part = await ReceiveFrameAsync();
            Assert.Equal(Opcode.Continuation, part.Opcode);
            message.Write(part.Payload);
        }

        return frame.Opcode == Opcode.Binary ? message.ToArray() : new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message.ToArray());
    }

    public async Task<string> ReceiveTextAsync()
    {
        WirePacket packet = await ReceiveAsync();
        Assert.False(packet.IsBinary, $"Text was due, binary came: {packet}");
        return packet.Text!;
    }

    public async Task<byte[]> ReceiveBinaryAsync()
    {
        WirePacket packet = await ReceiveAsync();
        Assert.True(packet.IsBinary, $"Binary was due, text came: {packet}");
        return packet.Binary!;
    }

    /// <summary>Reads the close frame, which must come next, and gives its code (1005 when it has none) and reason.</summary>
    public async Task<(int Code, string Reason)> ReceiveCloseAsync()
    {
        Frame frame = await ReceiveFrameAsync();
        Assert.True(frame.Opcode == Opcode.Close, $"A close frame was due, this came: {frame}");
        return frame.Payload.Length == 0
            ? (1005, "")
            : (BinaryPrimitives.ReadUInt16BigEndian(frame.Payload), Encoding.UTF8.GetString(frame.Payload.AsSpan(2)));
    }

    /// <summary>Waits for the connection to end; a frame before that fails.</summary>
    public async Task ReceiveEndAsync()
    {
        if (await _hasMore())
        {
            Frame frame = await ReceiveFrameAsync();
            Assert.Fail($"The connection should have ended, this came: {frame}");
        }
    }

    /// <summary>Reads the close frame, answers it, and waits for the connection to end, as a well-behaved client does.</summary>
    public async Task<(int Code, string Reason)> ReceiveCloseAndEndAsync()
    {
        (int code, string reason) = await ReceiveCloseAsync();
        try
        {
            await SendAsync(code == 1005 ? new Frame(Opcode.Close, []) : Frame.Close(code));
        }
        catch (IOException)
        {
            // The server need not wait for the answer.
        }

        await ReceiveEndAsync();
        return (code, reason);
    }

    /// <summary>Cuts the connection without a close frame.</summary>
    public void Abort() => _abort();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static async Task<(HttpAnswer Answer, WebSocketWire? Socket)> ConnectOverHttp1Async(WireServer server, string target, string[] headers)
    {
        RawConnection connection = await RawConnection.OpenAsync(server);
        await connection.SendRequestAsync("GET", target, [.. UpgradeHeaders, .. headers]);
        HttpAnswer answer = await connection.ReceiveAnswerAsync();
        if (answer.Status != 101)
        {
            await connection.DisposeAsync();
            return (answer, null);
        }

        Assert.Equal("websocket", answer.Header("Upgrade"), ignoreCase: true);
        Assert.Equal("Upgrade", answer.Header("Connection"), ignoreCase: true);
        Assert.Equal(AcceptFor(Key), answer.Header("Sec-WebSocket-Accept"));
        return (answer, new(answer, connection, connection.ReadExactlyAsync, connection.SendAsync, connection.HasMoreAsync, connection.Abort));
    }

    private static async Task<(HttpAnswer Answer, WebSocketWire? Socket)> ConnectOverHttp2Async(WireServer server, string target, string[] headers)
    {
        var stream = await Http2Tunnel.ConnectAsync(server, target, [("Sec-WebSocket-Version", "13"), .. headers.Select(Split)]);
        if (stream.Answer.Status != 200)
        {
            await stream.DisposeAsync();
            return (stream.Answer, null);
        }

        return (stream.Answer, new(stream.Answer, stream, stream.ReadExactlyAsync, stream.SendAsync, stream.HasMoreAsync, stream.Abort));

        static (string, string) Split(string line)
        {
            string[] parts = line.Split(": ", 2);
            return (parts[0], parts[1]);
        }
    }

    // RFC 6455 prescribes SHA-1 here; it protects nothing.
#pragma warning disable CA5350
    private static string AcceptFor(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))));
#pragma warning restore CA5350
}
