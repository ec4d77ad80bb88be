using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>A bare connection, plain or encrypted, over which a test sends any bytes it likes and reads HTTP/1.1 answers.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _tcp;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    private RawConnection(TcpClient tcp, Stream stream)
    {
        _tcp = tcp;
        Stream = stream;
    }

    public Stream Stream { get; }

    public static async Task<RawConnection> OpenAsync(WireServer server)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port);
        if (!server.Route.Tls)
        {
            return new(tcp, tcp.GetStream());
        }

        var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString(),
        });
        return new(tcp, tls);
    }

    /// <summary>Writes text as Latin-1: one byte for each character, also for illegal ones.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        await Stream.WriteAsync(bytes, deadline.Token);
        await Stream.FlushAsync(deadline.Token);
    }

    /// <summary>Writes a request with <c>Host</c> and the given header lines, and a body if there is one.</summary>
    public Task SendRequestAsync(string method, string target, IEnumerable<string>? headers = null, string? body = null)
    {
        StringBuilder request = new StringBuilder().Append(method).Append(' ').Append(target).Append(" HTTP/1.1\r\nHost: localhost\r\n");
        foreach (string header in headers ?? [])
        {
            request.Append(header).Append("\r\n");
        }

        if (body is not null)
        {
            request.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        }

        request.Append("\r\n").Append(body);
        return SendAsync(Encoding.UTF8.GetBytes(request.ToString()));
    }

    /// <summary>Reads one answer: its head and, unless it is a 101, its whole body.</summary>
    public async Task<HttpAnswer> ReceiveAnswerAsync()
    {
        string[] status = (await ReadLineAsync()).Split(' ', 3);
        var headers = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        while (await ReadLineAsync() is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = line[..colon];
            if (!headers.TryGetValue(name, out List<string>? values))
            {
                headers[name] = values = [];
            }

            values.Add(line[(colon + 1)..].Trim());
        }

        int code = int.Parse(status[1], CultureInfo.InvariantCulture);
        byte[] body = code == 101 ? [] : await ReadBodyAsync(headers);
        return new(code, headers, body);
    }

    /// <summary>Reads exactly so many bytes.</summary>
    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            int available = await FillAsync();
            if (available == 0)
            {
                throw new EndOfStreamException($"The connection ended {count - at} bytes early.");
            }

            int take = Math.Min(available, count - at);
            _buffer.AsSpan(_start, take).CopyTo(bytes.AsSpan(at));
            _start += take;
            at += take;
        }

        return bytes;
    }

    /// <summary>Whether there is a next byte; false when the other side has ended the connection.</summary>
    public async Task<bool> HasMoreAsync() => await FillAsync() > 0;

    /// <summary>Reads and drops until the server has ended the connection.</summary>
    public async Task ReceiveEndAsync()
    {
        while (await FillAsync() > 0)
        {
            _start = _end;
        }
    }

    /// <summary>Ends the connection at once, without any goodbye of TLS or TCP.</summary>
    public void Abort()
    {
        _tcp.Client.LingerState = new LingerOption(true, 0);
        _tcp.Client.Close();
    }

    public async ValueTask DisposeAsync()
    {
        if (Stream is SslStream)
        {
            _tcp.Client?.Close();
        }

        await Stream.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<byte[]> ReadBodyAsync(Dictionary<string, List<string>> headers)
    {
        if (headers.TryGetValue("Content-Length", out List<string>? length))
        {
            return await ReadExactlyAsync(int.Parse(length[0], CultureInfo.InvariantCulture));
        }

        using var body = new MemoryStream();
        if (headers.TryGetValue("Transfer-Encoding", out List<string>? encoding) && encoding[0] == "chunked")
        {
            while (int.Parse(await ReadLineAsync(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and int size)
            {
                body.Write(await ReadExactlyAsync(size));
                await ReadLineAsync();
            }

            await ReadLineAsync();
        }

        return body.ToArray();
    }

    private async Task<string> ReadLineAsync()
    {
        var line = new StringBuilder();
        while (true)
        {
            byte next = (await ReadExactlyAsync(1))[0];
            if (next == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)next);
        }
    }

    private async Task<int> FillAsync()
    {
        if (_start < _end)
        {
            return _end - _start;
        }

        using var deadline = new CancellationTokenSource(Deadline.Default);
        try
        {
            _start = 0;
            _end = 0;
            _end = await Stream.ReadAsync(_buffer, deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"The server sent nothing for {Deadline.Default.TotalSeconds:0} s and did not end the connection.");
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown })
        {
            // A server that closes while bytes are still on their way to it resets the connection: that too is its end.
            return 0;
        }

        return _end;
    }
}
