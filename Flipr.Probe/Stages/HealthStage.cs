using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>What the server says of its own health, where it says something.</summary>
internal sealed class HealthStage : IStage
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public string Id => "health";

    public string Title => "health";

    public int ExitCode => 14;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        HttpAnswer answer;
        try
        {
            TimeSpan timeout = options.Timeout < Patience ? options.Timeout : Patience;
            answer = await context.Http.SendAsync(HttpMethod.Get, new Uri(options.Endpoint, options.Health), origin: null, timeout: timeout, cancellationToken: cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or HttpRequestException)
        {
            // A bare Node server leaves every path but Socket.IO's without an answer.
            return Finding.Skipped($"not offered: GET {options.Health} got no answer");
        }

        if (answer.Status is 500 or 503)
        {
            return Finding.Failed(
                "unhealthy", string.Create(CultureInfo.InvariantCulture, $"GET {options.Health} answered {answer.Status} {Shorten.Text(answer.Body)}"),
                "The process serves, and says itself that something it needs does not work.", "See what it names; its log has the reason. Sockets may work meanwhile.");
        }

        return answer.Status == 200 && !answer.IsHtml
            ? Finding.Passed($"GET {options.Health} answered 200 {Shorten.Text(answer.Body)}")
            : Finding.Skipped(string.Create(CultureInfo.InvariantCulture, $"not offered: GET {options.Health} answered {answer.Status}{(answer.IsHtml ? " with a web page" : "")}"));
    }
}
