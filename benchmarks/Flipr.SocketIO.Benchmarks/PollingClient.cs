using System.Text;
using System.Text.RegularExpressions;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A client over HTTP long-polling.</summary>
internal sealed partial class PollingClient : BenchmarkClient
{
    private const byte RecordSeparator = 0x1e;

    private readonly HttpClient _http;
    private readonly string _url;
    private readonly SemaphoreSlim _posting = new(1, 1);
    private readonly CancellationTokenSource _stop = new();

    private PollingClient(HttpClient http, string url)
        : base("/")
    {
        _http = http;
        _url = url;
    }

    public static async Task<PollingClient> ConnectAsync(HttpClient http, int port, string auth)
    {
        var client = new PollingClient(http, await OpenAsync(http, port));
        await client.JoinAsync(auth);
        return client;
    }

    /// <summary>Opens a session, joins <c>/</c>, takes the answer, and does not poll again.</summary>
    /// <returns>The session's address.</returns>
    public static async Task<string> ConnectAndStopAsync(HttpClient http, int port, string auth)
    {
        string url = await OpenAsync(http, port);
        await PostAsync(http, url, "40" + auth);
        string answer = await http.GetStringAsync(url);
        if (!answer.StartsWith("40", StringComparison.Ordinal))
        {
            throw new IOException($"The server answered the CONNECT with '{answer}'.");
        }

        return url;
    }

    /// <summary>Opens a session and gives its address.</summary>
    public static async Task<string> OpenAsync(HttpClient http, int port)
    {
        string url = $"http://127.0.0.1:{port}/socket.io/?EIO=4&transport=polling";
        return $"{url}&sid={Sid().Match(await http.GetStringAsync(url)).Groups[1].Value}";
    }

    public override async Task SendAsync(string packet)
    {
        // One POST at a time is the protocol's rule.
        await _posting.WaitAsync();
        try
        {
            await PostAsync(_http, _url, packet);
        }
        finally
        {
            _posting.Release();
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _posting.Dispose();
        _stop.Dispose();
    }

    protected override async Task ReadAsync()
    {
        while (true)
        {
            ReadOnlyMemory<byte> payload = await _http.GetByteArrayAsync(_url, _stop.Token);
            while (!payload.IsEmpty)
            {
                int end = payload.Span.IndexOf(RecordSeparator);
                ReadOnlyMemory<byte> packet = end < 0 ? payload : payload[..end];
                if (packet.Span.SequenceEqual("1"u8))
                {
                    return;
                }

                await OnPacketAsync(packet.Span);
                payload = end < 0 ? default : payload[(end + 1)..];
            }
        }
    }

    private static async Task PostAsync(HttpClient http, string url, string packet)
    {
        using var content = new StringContent(packet, Encoding.UTF8, "text/plain");
        using HttpResponseMessage answer = await http.PostAsync(url, content);
        answer.EnsureSuccessStatusCode();
    }

    [GeneratedRegex("\"sid\":\"([^\"]+)\"")]
    private static partial Regex Sid();
}
