using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether HTTP is answered at all, and at this address: not by a redirect, not by a gateway without a server.</summary>
internal sealed class HttpStage : IStage
{
    public string Id => "http";

    public string Title => "HTTP, redirects";

    public int ExitCode => 13;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        HttpAnswer answer;
        try
        {
            // Without a transport: a server of Socket.IO refuses it, and opens no session.
            answer = await context.Http.SendAsync(HttpMethod.Get, options.Endpoint, origin: null, cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException)
        {
            if (exception is HttpRequestException && options.Endpoint.Scheme == "http" && await TlsStage.IsSpokenAsync(context, cancellationToken))
            {
                return Diagnosis.OfPlainHttpToTls(options);
            }

            return Diagnosis.OfException(exception, options)!.AndEnd();
        }

        if (answer.IsRedirect)
        {
            return Diagnosis.OfRedirect(answer, options);
        }

        if (answer.Status == 400 && answer.Body.Contains("plain HTTP request was sent to HTTPS port", StringComparison.OrdinalIgnoreCase)) // nginx says it itself.
        {
            return Diagnosis.OfPlainHttpToTls(options);
        }

        if (answer.Status is 502 or 503 or 504)
        {
            return Diagnosis.OfAnswer(answer, $"GET {options.Endpoint.AbsolutePath}", options).AndEnd();
        }

        string server = answer.Header("Server") is { Length: > 0 } name ? $" by {Shorten.Text(name)}" : "";
        return Finding.Passed(string.Create(CultureInfo.InvariantCulture, $"answered{server}, no redirect"));
    }
}
