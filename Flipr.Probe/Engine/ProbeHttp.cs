using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Flipr.Probe.Engine;

/// <summary>HTTP as the probe wants it: to the address that TCP reached, with no redirect followed, no proxy of this machine, every answer shown as it came.</summary>
internal sealed class ProbeHttp : IDisposable
{
    private const int LargestAnswer = 64 * 1024 * 1024;

    private readonly ProbeOptions _options;
    private readonly HttpMessageInvoker _client;

    /// <param name="options">The command line's.</param>
    /// <param name="address">Where to connect to.</param>
    /// <param name="newConnections">Whether every request goes over a TCP connection of its own.</param>
    /// <param name="cookies">Where cookies are kept; null: nowhere.</param>
    public ProbeHttp(ProbeOptions options, IPAddress address, bool newConnections = false, CookieContainer? cookies = null)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = cookies is not null,
            PooledConnectionLifetime = newConnections ? TimeSpan.Zero : TimeSpan.FromMinutes(10),
            ConnectCallback = async (connection, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(address, connection.DnsEndPoint.Port, cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        if (cookies is not null)
        {
            handler.CookieContainer = cookies;
        }

        if (options.Insecure)
        {
#pragma warning disable CA5359 // Asked for by --insecure; the TLS stage has said what is wrong with the certificate.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        _client = new HttpMessageInvoker(handler);
    }

    public static Uri Url(ProbeOptions options, string query) => new(options.Endpoint, "?" + query);

    /// <summary>Sends one request and reads its answer to the end.</summary>
    /// <param name="method">The method.</param>
    /// <param name="url">Where to.</param>
    /// <param name="origin">The header <c>Origin</c>, or null.</param>
    /// <param name="body">A body as a polling client sends it, or null.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="timeout">How long it may take; null: as long as any answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No answer came in time.</exception>
    /// <exception cref="HttpRequestException">What came was no answer, or the connection broke.</exception>
    public Task<HttpAnswer> SendAsync(
        HttpMethod method, Uri url, string? origin, string? body = null, IEnumerable<(string Name, string Value)>? headers = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Deadline.RunAsync(timeout ?? _options.Timeout, async token =>
        {
            using HttpRequestMessage request = NewRequest(method, url, origin);
            foreach ((string name, string value) in headers ?? [])
            {
                request.Headers.Add(name, value);
            }

            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8, "text/plain");
            }

            using HttpResponseMessage response = await _client.SendAsync(request, token);
            return await ReadAsync(response, token);
        }, cancellationToken);

    /// <summary>Asks for a WebSocket.</summary>
    /// <returns>The connection's bytes from there on, for a 101; else the answer.</returns>
    public Task<(HttpAnswer Answer, Stream? Stream)> UpgradeAsync(Uri url, string key, string? origin, CancellationToken cancellationToken) =>
        Deadline.RunAsync(_options.Timeout, async token =>
        {
            using HttpRequestMessage request = NewRequest(HttpMethod.Get, url, origin);
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("websocket"));
            request.Headers.Add("Sec-WebSocket-Version", "13");
            request.Headers.Add("Sec-WebSocket-Key", key);
            HttpResponseMessage response = await _client.SendAsync(request, token);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return (new HttpAnswer(101, HeadersOf(response), ""), (Stream?)await response.Content.ReadAsStreamAsync(token)); // It ends with its stream.
            }

            using (response)
            {
                return (await ReadAsync(response, token), null);
            }
        }, cancellationToken);

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage NewRequest(HttpMethod method, Uri url, string? origin)
    {
        var request = new HttpRequestMessage(method, url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("flipr-probe", ProbeVersion.Text));
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return request;
    }

    private static async Task<HttpAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await response.Content.LoadIntoBufferAsync(LargestAnswer, cancellationToken);
        // A charset that nobody knows must not hide an answer: it is read as UTF-8, which Engine.IO is.
        return new HttpAnswer((int)response.StatusCode, HeadersOf(response), Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
    }

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response) =>
        response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}
