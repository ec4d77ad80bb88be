using System.Net;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>The two-way stream of an extended CONNECT (RFC 8441), on which a WebSocket runs over HTTP/2.</summary>
public sealed class Http2Tunnel : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly Stream? _stream;
    private int _next = -1;

    private Http2Tunnel(HttpClient http, HttpResponseMessage response, HttpAnswer answer, Stream? stream)
    {
        _http = http;
        _response = response;
        Answer = answer;
        _stream = stream;
    }

    public HttpAnswer Answer { get; }

    public static async Task<Http2Tunnel> ConnectAsync(WireServer server, string target, params (string Name, string Value)[] headers)
    {
        HttpClient http = PollingClient.NewHttp(server);
        using var request = new HttpRequestMessage(HttpMethod.Connect, target) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Protocol = "websocket";
        foreach ((string name, string value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), $"HttpClient refuses the header {name}: {value}");
        }

        HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new(http, response, await HttpAnswer.FromAsync(response), null);
        }

        var head = response.Headers.NonValidated.ToDictionary(h => h.Key, h => h.Value.ToList(), StringComparer.OrdinalIgnoreCase);
        return new(http, response, new(200, head, []), await response.Content.ReadAsStreamAsync());
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        await _stream!.WriteAsync(bytes, deadline.Token);
        await _stream.FlushAsync(deadline.Token);
    }

    public async Task<byte[]> ReadExactlyAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int at = 0; at < count;)
        {
            if (_next >= 0)
            {
                bytes[at++] = (byte)_next;
                _next = -1;
                continue;
            }

            int read = await ReadAsync(bytes.AsMemory(at));
            at += read > 0 ? read : throw new EndOfStreamException($"The stream ended {count - at} bytes early.");
        }

        return bytes;
    }

    public async Task<bool> HasMoreAsync()
    {
        if (_next < 0)
        {
            byte[] one = new byte[1];
            _next = await ReadAsync(one) > 0 ? one[0] : -1;
        }

        return _next >= 0;
    }

    /// <summary>Resets the stream.</summary>
    public void Abort() => _response.Dispose();

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<int> ReadAsync(Memory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        try
        {
            int read = await _stream!.ReadAsync(bytes, deadline.Token);
            if (read == 0)
            {
                // The server has ended its side of the stream; a client then ends its own.
                _response.Dispose();
            }

            return read;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"The server sent nothing for {Deadline.Default.TotalSeconds:0} s and did not end the stream.");
        }
        catch (HttpIOException e) when (e.HttpRequestError is HttpRequestError.HttpProtocolError)
        {
            // The server reset the stream: that too is its end.
            return 0;
        }
    }
}
