using System.Globalization;
using System.Net;

namespace Flipr.Testing.Otlp;

/// <summary>A collector of the test's own: takes OTLP over HTTP in protobuf, and keeps everything.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<OtlpSpan> _spans = [];
    private readonly List<OtlpMetric> _metrics = [];
    private readonly List<OtlpLog> _logs = [];
    private readonly Task _receiving;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OtlpReceiver()
    {
        Endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}/");
        _listener.Prefixes.Add(Endpoint);
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public string Endpoint { get; }

    public IReadOnlyList<OtlpSpan> Spans => Copy(_spans);

    /// <summary>Points as they came: each export brings those of all instruments anew.</summary>
    public IReadOnlyList<OtlpMetric> Metrics => Copy(_metrics);

    public IReadOnlyList<OtlpLog> Logs => Copy(_logs);

    /// <summary>The environment that makes a program export here, and soon.</summary>
    /// <param name="service">The program's <c>service.name</c>.</param>
    public IEnumerable<(string Name, string Value)> SettingsOf(string service) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", service),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"), ("OTEL_BLRP_SCHEDULE_DELAY", "50"), ("OTEL_METRIC_EXPORT_INTERVAL", "200"),
    ];

    /// <summary>Waits until what has arrived is enough.</summary>
    public async Task WaitUntilAsync(Func<OtlpReceiver, bool> isEnough, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrived;
            lock (_lock)
            {
                arrived = _arrived.Task;
            }

            if (isEnough(this))
            {
                return;
            }

            await arrived.WaitAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _receiving;
    }

    internal static string ServiceOf(ProtobufMessage resource) =>
        resource.Messages(1).Select(attributes => OtlpAttributes.Read(attributes, 1)).First().GetValueOrDefault("service.name", "");

    private async Task ReceiveAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return; // The end.
            }

            using var body = new MemoryStream();
            try
            {
                await context.Request.InputStream.CopyToAsync(body);
            }
            catch (HttpListenerException)
            {
                context.Response.Abort(); // Its sender ended in the middle of it, or this listener did.
                continue;
            }

            context.Response.StatusCode = Take(context.Request, body.ToArray()) ? (int)HttpStatusCode.OK : (int)HttpStatusCode.NotFound;
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private bool Take(HttpListenerRequest request, byte[] body)
    {
        if (request.ContentType != "application/x-protobuf")
        {
            return false;
        }

        ProtobufMessage message = ProtobufMessage.Parse(body);
        lock (_lock)
        {
            switch (request.Url!.AbsolutePath)
            {
                case "/v1/traces":
                    _spans.AddRange(OtlpSpan.ReadAll(message));
                    break;
                case "/v1/metrics":
                    _metrics.AddRange(OtlpMetric.ReadAll(message));
                    break;
                case "/v1/logs":
                    _logs.AddRange(OtlpLog.ReadAll(message));
                    break;
                default:
                    return false;
            }

            _arrived.SetResult();
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return true;
        }
    }

    private List<T> Copy<T>(List<T> items)
    {
        lock (_lock)
        {
            return [.. items];
        }
    }
}
