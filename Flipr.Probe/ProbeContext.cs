using System.Net;
using Flipr.Probe.Engine;

namespace Flipr.Probe;

/// <summary>What the stages have learned, for those after them.</summary>
internal sealed class ProbeContext(ProbeOptions options) : IAsyncDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly Dictionary<string, Finding> _findings = [];
    private ProbeHttp? _http;

    public ProbeOptions Options => options;

    /// <summary>What the name means.</summary>
    public IPAddress[] Addresses { get; set; } = [];

    /// <summary>The first of them that took a connection.</summary>
    public IPAddress? Reachable { get; set; }

    /// <summary>Keeps connections and cookies from request to request, as a browser does.</summary>
    public ProbeHttp Http => _http ??= new ProbeHttp(options, Reachable!, cookies: _cookies);

    /// <summary>What the server said when it opened a session, over either transport.</summary>
    public Handshake? Handshake { get; set; }

    /// <summary>The session that stages share once it has joined the namespace; null where there is none.</summary>
    public EngineConnection? Connection { get; set; }

    /// <summary>Whether the server answers <c>ping_test</c>; null until it was asked.</summary>
    public bool? AnswersPingTest { get; set; }

    /// <summary>How long it took to cut an idle connection; null where none was.</summary>
    public TimeSpan? IdleCut { get; set; }

    /// <summary>Whether only clients that send cookies stay on one instance.</summary>
    public bool AffinityByCookie { get; set; }

    public Finding? this[string stage] => _findings.GetValueOrDefault(stage);

    public bool HasPassed(string stage) => this[stage]?.Outcome is Outcome.Passed or Outcome.Warned;

    /// <summary>The stage that failed last, if one did.</summary>
    public (string Stage, Finding Finding)? LastFailure { get; private set; }

    public void Add(string stage, Finding finding)
    {
        _findings[stage] = finding;
        if (finding.Outcome == Outcome.Failed)
        {
            LastFailure = (stage, finding);
        }
    }

    /// <summary>Opens another session that has joined the namespace, over WebSocket where that works.</summary>
    public async Task<EngineConnection> OpenAsync(CancellationToken cancellationToken)
    {
        EngineConnection connection = HasPassed("websocket")
            ? await WebSocketEngine.OpenAsync(Http, options, sid: null, cancellationToken)
            : await PollingEngine.OpenAsync(Http, options, cancellationToken);
        try
        {
            Handshake ??= connection.Handshake;
            await NamespaceClient.JoinAsync(connection, options, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Connection is not null)
        {
            await Connection.DisposeAsync();
        }

        _http?.Dispose();
    }
}
