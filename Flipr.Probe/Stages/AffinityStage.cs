using System.Globalization;
using System.Net;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether the requests of one polling session reach the same instance, also over new TCP connections.</summary>
internal sealed class AffinityStage : IStage
{
    private const int Requests = 8;

    public string Id => "affinity";

    public string Title => "session affinity";

    public int ExitCode => 21;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        if (!context.HasPassed("polling"))
        {
            return Finding.Skipped("polling does not work");
        }

        ProbeOptions options = context.Options;
        using var bare = new ProbeHttp(options, context.Reachable!, newConnections: true);
        HttpAnswer? stray = await TryAsync(bare, options, cancellationToken);
        if (stray is null)
        {
            return Finding.Passed(string.Create(CultureInfo.InvariantCulture, $"{Requests} requests of one session over {Requests} TCP connections found it"));
        }

        Finding finding = Diagnosis.OfAnswer(stray, "a request of an open session, over another TCP connection,", options, options.Origin is not null);
        if (finding.Fault != "no-affinity")
        {
            return finding;
        }

        var cookies = new CookieContainer();
        using var browser = new ProbeHttp(options, context.Reachable!, newConnections: true, cookies);
        if (await TryAsync(browser, options, cancellationToken) is not null || cookies.Count == 0)
        {
            return finding;
        }

        context.AffinityByCookie = true;
        return Finding.Warned(
            "affinity-by-cookie", $"the session is found only with the cookie {string.Join(", ", cookies.GetAllCookies().Select(cookie => Shorten.Text(cookie.Name)))}",
            "The load balancer keeps a session on its instance by a cookie, which clients without cookies do not send.",
            "Clients on another origin need withCredentials: true (Flipr's have it), and the cookie SameSite=None; Secure.");
    }

    /// <returns>The answer that was none of the session's, or null.</returns>
    private static async Task<HttpAnswer?> TryAsync(ProbeHttp http, ProbeOptions options, CancellationToken cancellationToken)
    {
        (HttpAnswer answer, Handshake? handshake) = await PollingEngine.HandshakeAsync(http, options, options.Origin, cancellationToken);
        if (handshake is null)
        {
            return answer;
        }

        // Each POST asks for a namespace that does not exist, so that the GET after it has something to fetch. The first joins nothing.
        Uri url = PollingSession.Url(options, handshake.Sid);
        for (int request = 0; request < Requests; request++)
        {
            answer = request % 2 == 0
                ? await http.SendAsync(HttpMethod.Post, url, options.Origin, string.Create(CultureInfo.InvariantCulture, $"40/flipr-probe-affinity-{request},"), cancellationToken: cancellationToken)
                : await http.SendAsync(HttpMethod.Get, url, options.Origin, cancellationToken: cancellationToken);
            if (answer.Status != 200)
            {
                return answer;
            }
        }

        await PollingSession.CloseAsync(http, options, handshake.Sid, cancellationToken);
        return null;
    }
}
