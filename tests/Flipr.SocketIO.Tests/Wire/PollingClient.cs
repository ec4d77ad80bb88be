using System.Net;
using System.Net.Http.Headers;

namespace Flipr.SocketIO.Tests.Wire;

/// <summary>Speaks Engine.IO's HTTP long-polling one request at a time, as the test says.</summary>
public sealed class PollingClient : IDisposable
{
    public const string Query = "?EIO=4&transport=polling";

    private readonly HttpClient _http;

    public PollingClient(WireServer server) => _http = NewHttp(server);

    public static HttpClient NewHttp(WireServer server)
    {
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None, UseCookies = false, UseProxy = false, AllowAutoRedirect = false };
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificate.Instance.GetCertHashString();
        return new(handler)
        {
            BaseAddress = server.Address,
            Timeout = Deadline.Default,
            DefaultRequestVersion = server.Route.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    /// <summary>Opens a session; gives its open packet.</summary>
    public async Task<OpenPacket> HandshakeAsync()
    {
        HttpAnswer answer = await SendAsync(HttpMethod.Get, Query);
        Assert.Equal(200, answer.Status);
        return OpenPacket.Parse(answer.Body);
    }

    /// <summary>Opens a session and connects to <c>/</c>; gives the Engine.IO session's id.</summary>
    public async Task<string> JoinAsync()
    {
        string sid = (await HandshakeAsync()).Sid;
        (await PostAsync(sid, "40")).ShouldBeOk();
        HttpAnswer answer = await GetAsync(sid);
        Assert.StartsWith("40{\"sid\":\"", answer.Body, StringComparison.Ordinal);
        return sid;
    }

    /// <summary>A poll.</summary>
    public Task<HttpAnswer> GetAsync(string sid) => SendAsync(HttpMethod.Get, $"{Query}&sid={sid}");

    /// <summary>A POST of packets, joined as a payload.</summary>
    public Task<HttpAnswer> PostAsync(string sid, params string[] packets) =>
        SendAsync(HttpMethod.Post, $"{Query}&sid={sid}", string.Join('\x1e', packets));

    /// <summary>Any request to <c>/socket.io/</c>.</summary>
    public Task<HttpAnswer> SendAsync(HttpMethod method, string query, string? body = null, params (string Name, string Value)[] headers)
    {
        HttpContent? content = body is null ? null : new StringContent(body);
        if (content is not null)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue("text/plain", "UTF-8");
        }

        return SendToAsync("/socket.io/" + query, method, content, headers);
    }

    /// <summary>Any request.</summary>
    public async Task<HttpAnswer> SendToAsync(string target, HttpMethod method, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = NewRequest(method, target, content, headers);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request);
            return await HttpAnswer.FromAsync(response);
        }
        catch (TaskCanceledException e)
        {
            throw new TimeoutException($"No answer within {Deadline.Default.TotalSeconds:0} s to {method} {target}", e);
        }
    }

    /// <summary>Sends a request whose answer nobody waits for, and goes away when <paramref name="abandon"/> is cancelled.</summary>
    public async Task AbandonAsync(string target, HttpMethod method, HttpContent? content, CancellationToken abandon)
    {
        using HttpRequestMessage request = NewRequest(method, target, content, []);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, abandon);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
        {
            // The client went, or the server cut it: what the server made of it is for the test to see.
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage NewRequest(HttpMethod method, string target, HttpContent? content, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, target) { Content = content, Version = _http.DefaultRequestVersion, VersionPolicy = _http.DefaultVersionPolicy };
        foreach ((string name, string value) in headers)
        {
            Assert.True(
                request.Headers.TryAddWithoutValidation(name, value) || content?.Headers.TryAddWithoutValidation(name, value) == true,
                $"HttpClient refuses the header {name}: {value}");
        }

        return request;
    }
}
