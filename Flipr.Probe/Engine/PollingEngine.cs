namespace Flipr.Probe.Engine;

/// <summary>A session over HTTP polling.</summary>
internal sealed class PollingEngine : EngineConnection
{
    private const char Separator = '\x1e';

    private readonly ProbeHttp _http;
    private readonly ProbeOptions _options;
    private readonly Uri _url;
    private readonly CancellationTokenSource _end = new();
    private Task _polling = Task.CompletedTask;

    private PollingEngine(ProbeHttp http, ProbeOptions options, Handshake handshake)
    {
        _http = http;
        _options = options;
        Handshake = handshake;
        _url = PollingSession.Url(options, handshake.Sid);
    }

    public override string Transport => "polling";

    /// <summary>Asks for a session.</summary>
    /// <param name="http">The way to the server.</param>
    /// <param name="options">The command line's.</param>
    /// <param name="origin">The header <c>Origin</c>, or null.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The answer, and its handshake where it is one.</returns>
    public static async Task<(HttpAnswer Answer, Handshake? Handshake)> HandshakeAsync(ProbeHttp http, ProbeOptions options, string? origin, CancellationToken cancellationToken)
    {
        HttpAnswer answer = await http.SendAsync(HttpMethod.Get, ProbeHttp.Url(options, "EIO=4&transport=polling"), origin, cancellationToken: cancellationToken);
        return (answer, answer.Status == 200 ? Handshake.Read(answer.Body.Split(Separator)[0]) : null);
    }

    /// <summary>Opens a session and starts to poll.</summary>
    /// <exception cref="RequestRefusedException">The server did not open one.</exception>
    public static async Task<PollingEngine> OpenAsync(ProbeHttp http, ProbeOptions options, CancellationToken cancellationToken)
    {
        (HttpAnswer answer, Handshake? handshake) = await HandshakeAsync(http, options, options.Origin, cancellationToken);
        var connection = new PollingEngine(http, options, handshake ?? throw new RequestRefusedException(answer, "the handshake"));
        connection._polling = connection.PollAsync();
        return connection;
    }

    public override async Task SendAsync(string packet, CancellationToken cancellationToken)
    {
        HttpAnswer answer = await _http.SendAsync(HttpMethod.Post, _url, _options.Origin, packet, cancellationToken: cancellationToken);
        if (answer.Status != 200)
        {
            throw new RequestRefusedException(answer, $"a POST of {packet.Length} bytes");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            try
            {
                await SendAsync("1", CancellationToken.None);
            }
            catch (Exception exception) when (exception is RequestRefusedException or HttpRequestException or TimeoutException)
            {
                // A session that cannot be closed ends by itself: that was looked at where it mattered.
                End(exception);
            }
        }

        await _end.CancelAsync();
        await _polling;
        _end.Dispose();
    }

    /// <summary>The WebSocket has taken the session over: no request may be made for it any more.</summary>
    public async Task LeaveAsync()
    {
        End(new ConnectionEndedException("upgraded to websocket"));
        await _polling; // The server has ended the last GET.
    }

    private async Task PollAsync()
    {
        try
        {
            while (!Ended.IsCompleted)
            {
                // A GET is held until there is something to say, at the latest the next heartbeat.
                TimeSpan patience = Handshake!.PingInterval + Handshake.PingTimeout + _options.Timeout;
                HttpAnswer answer = await _http.SendAsync(HttpMethod.Get, _url, _options.Origin, timeout: patience, cancellationToken: _end.Token);
                if (answer.Status != 200)
                {
                    throw new RequestRefusedException(answer, "a GET of the session");
                }

                foreach (string packet in answer.Body.Split(Separator))
                {
                    await DeliverAsync(packet);
                }
            }
        }
        catch (Exception exception) when (exception is ConnectionEndedException or RequestRefusedException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            End(exception);
        }
    }
}
