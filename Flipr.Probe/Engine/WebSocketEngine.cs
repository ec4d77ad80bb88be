using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Flipr.Probe.Engine;

/// <summary>A session over WebSocket, or the WebSocket that a polling session is to be upgraded to.</summary>
internal sealed class WebSocketEngine : EngineConnection
{
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3

    private readonly WebSocket _webSocket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly TimeSpan _timeout;
    private Task _receiving = Task.CompletedTask;

    private WebSocketEngine(WebSocket webSocket, TimeSpan timeout)
    {
        _webSocket = webSocket;
        _timeout = timeout;
    }

    public override string Transport => "websocket";

    /// <summary>Opens one.</summary>
    /// <param name="http">The way to the server.</param>
    /// <param name="options">The command line's.</param>
    /// <param name="sid">The polling session to upgrade; null: a session of its own, whose open packet is read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UpgradeRefusedException">The answer was not 101.</exception>
    public static async Task<WebSocketEngine> OpenAsync(ProbeHttp http, ProbeOptions options, string? sid, CancellationToken cancellationToken)
    {
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        Uri url = ProbeHttp.Url(options, "EIO=4&transport=websocket" + (sid is null ? "" : "&sid=" + Uri.EscapeDataString(sid)));
        (HttpAnswer answer, Stream? stream) = await http.UpgradeAsync(url, key, options.Origin, cancellationToken);
        if (stream is null || answer.Header("Sec-WebSocket-Accept") != AcceptOf(key))
        {
            if (stream is not null)
            {
                await stream.DisposeAsync();
            }

            throw new UpgradeRefusedException(answer);
        }

        // Engine.IO has heartbeats of its own.
        var connection = new WebSocketEngine(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { KeepAliveInterval = TimeSpan.Zero }), options.Timeout);
        connection._receiving = connection.ReceiveAllAsync();
        if (sid is null)
        {
            try
            {
                string packet = await connection.ReceiveAsync(options.Timeout, cancellationToken);
                connection.Handshake = Handshake.Read(packet) ?? throw new ConnectionEndedException($"the first message is no open packet of Engine.IO: {Shorten.Text(packet)}");
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }

        return connection;
    }

    public override async Task SendAsync(string packet, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            await Deadline.RunAsync(_timeout, async token =>
            {
                await _webSocket.SendAsync(Encoding.UTF8.GetBytes(packet), WebSocketMessageType.Text, endOfMessage: true, token);
                return true;
            }, cancellationToken);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            throw new ConnectionEndedException($"sending failed: {exception.Message}", exception);
        }
        finally
        {
            _sending.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await Deadline.RunAsync(TimeSpan.FromSeconds(1), async token =>
            {
                await _webSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, token);
                await _receiving.WaitAsync(token);
                return true;
            }, CancellationToken.None);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or TimeoutException)
        {
            _webSocket.Abort(); // It is gone, or does not answer: that was looked at where it mattered.
        }

        await _receiving;
        _webSocket.Dispose();
        _sending.Dispose();
    }

#pragma warning disable CA5350 // What RFC 6455 asks for; nothing is kept secret by it.
    private static string AcceptOf(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350

    private async Task ReceiveAllAsync()
    {
        var buffer = new byte[16 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received = await _webSocket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    string description = _webSocket.CloseStatusDescription is { Length: > 0 } text ? $" \"{text}\"" : "";
                    throw new ConnectionEndedException($"closed by the other side with code {(int)_webSocket.CloseStatus.GetValueOrDefault()}{description}");
                }

                message.Write(buffer, 0, received.Count);
                if (!received.EndOfMessage)
                {
                    continue;
                }

                if (received.MessageType == WebSocketMessageType.Text)
                {
                    await DeliverAsync(Encoding.UTF8.GetString(message.GetBuffer(), 0, (int)message.Length));
                }

                message.SetLength(0); // Attachments are of no interest here.
            }
        }
        catch (WebSocketException exception) when (exception.WebSocketErrorCode == WebSocketError.ConnectionClosedPrematurely)
        {
            End(new ConnectionEndedException("the TCP connection was cut without a WebSocket close frame", exception));
        }
        catch (Exception exception) when (exception is ConnectionEndedException or WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or TimeoutException)
        {
            End(exception);
        }
    }
}
