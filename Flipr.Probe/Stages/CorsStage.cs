using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a browser on a page of the origin may read the answers, cookies included (<c>withCredentials</c>).</summary>
internal sealed class CorsStage : IStage
{
    private const string AllowOrigin = "Access-Control-Allow-Origin";
    private const string AllowCredentials = "Access-Control-Allow-Credentials";

    public string Id => "cors";

    public string Title => "CORS";

    public int ExitCode => 16;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        if (options.Origin is not { } origin)
        {
            return Finding.Skipped("no --origin given");
        }

        (HttpAnswer answer, Handshake? handshake) = await PollingEngine.HandshakeAsync(context.Http, options, origin, cancellationToken);
        if (handshake is not null)
        {
            await PollingSession.CloseAsync(context.Http, options, handshake.Sid, cancellationToken);
        }
        else if (context.HasPassed("polling"))
        {
            return Diagnosis.OfAnswer(answer, $"the polling handshake with Origin: {origin}", options, withOrigin: true);
        }

        if (Flaw(answer, origin) is { } flaw)
        {
            return flaw;
        }

        HttpAnswer preflight = await context.Http.SendAsync(
            HttpMethod.Options, ProbeHttp.Url(options, "EIO=4&transport=polling"), origin,
            headers: [("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")], cancellationToken: cancellationToken);
        return preflight.Status is >= 200 and < 300 && Flaw(preflight, origin) is null
            ? Finding.Passed($"{origin} is allowed, with credentials; the preflight too")
            : Finding.Warned(
                "cors-preflight", string.Create(CultureInfo.InvariantCulture, $"{origin} is allowed, and the preflight (OPTIONS) was answered {preflight.Status} without allowing it"),
                "Something before the Socket.IO server answers OPTIONS itself. The client needs no preflight unless it sets extraHeaders.", "Let OPTIONS requests of this path reach the server.");
    }

    private static Finding? Flaw(HttpAnswer answer, string origin)
    {
        string? allowed = answer.Header(AllowOrigin);
        string remedy = $"Add {origin} to the server's allowed origins (Flipr: ALLOWED_ORIGINS; Node: cors: {{ origin: [\"{origin}\"], credentials: true }}).";
        return allowed switch
        {
            null => Finding.Failed(
                "cors-missing", $"the answer to Origin: {origin} has no {AllowOrigin}", "The server does not allow this origin, or a proxy removes the header: browsers keep the answer from the page.", remedy),
            "*" => Finding.Failed(
                "cors-wildcard", $"{AllowOrigin} is *", "Browsers refuse * for requests with credentials, and Flipr's client sends them (withCredentials: true).",
                $"Name the origins instead of *. {remedy}"),
            _ when allowed != origin => Finding.Failed(
                "cors-other-origin", $"{AllowOrigin} is {Shorten.Text(allowed)}, not {origin}",
                allowed.Contains(',', StringComparison.Ordinal) ? "The header comes twice: server and proxy both set it." : "The server answers with one fixed origin, or a cache repeats the answer to another one.",
                allowed.Contains(',', StringComparison.Ordinal) ? "Set CORS headers in one place only." : remedy),
            _ when answer.Header(AllowCredentials) != "true" => Finding.Failed(
                "cors-credentials", $"{AllowCredentials}: true is missing", "The server allows the origin without credentials, and Flipr's client sends them (withCredentials: true).",
                "Allow credentials on the server (Node: cors.credentials: true)."),
            _ => null,
        };
    }
}
