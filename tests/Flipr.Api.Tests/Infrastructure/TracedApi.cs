using System.Globalization;
using System.Text;
using Flipr.Testing.Otlp;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>The program as a process that exports its telemetry.</summary>
internal sealed class TracedApi : IAsyncDisposable
{
    private readonly ApiProcess _process;
    private readonly HttpClient _http;

    private TracedApi(ApiProcess process, Uri url)
    {
        _process = process;
        Url = url;
        _http = new HttpClient { BaseAddress = url };
    }

    public Uri Url { get; }

    /// <summary>Starts it, and waits until it serves.</summary>
    /// <param name="database">Its database; instances may share one.</param>
    /// <param name="receiver">Where it exports to.</param>
    /// <param name="service">Its <c>service.name</c>.</param>
    /// <param name="settings">More settings.</param>
    public static async Task<TracedApi> StartAsync(TestDatabase database, OtlpReceiver receiver, string service, params IEnumerable<(string Name, string Value)> settings)
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}"));
        ApiProcess process = ApiProcess.Start(
            database.Folder, [("ASPNETCORE_ENVIRONMENT", "Development"), .. database.Settings, .. receiver.SettingsOf(service), .. settings], "--urls", url.ToString());
        try
        {
            await process.Command.WaitForOutputAsync("Flipr is at ", TestContext.Current.CancellationToken);
            return new TracedApi(process, url);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Posts a property as part of a trace that the caller began.</summary>
    /// <returns>The trace's id, and that of the caller's span.</returns>
    public async Task<(string TraceId, string SpanId)> PostAsync(string json)
    {
        (string traceId, string spanId) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")[..16]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/update") { Content = new StringContent(json, Encoding.UTF8) };
        request.Headers.Add("traceparent", $"00-{traceId}-{spanId}-01");
        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return (traceId, spanId);
    }

    public async Task<string> GetAsync(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
