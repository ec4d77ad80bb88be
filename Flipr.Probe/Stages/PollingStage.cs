using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Whether a session opens over HTTP polling.</summary>
internal sealed class PollingStage : IStage
{
    public string Id => "polling";

    public string Title => "polling handshake";

    public int ExitCode => 15;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        // Without an Origin: whether that is allowed is the next stage's.
        (HttpAnswer answer, Handshake? handshake) = await PollingEngine.HandshakeAsync(context.Http, options, origin: null, cancellationToken);
        if (handshake is null)
        {
            return Diagnosis.OfAnswer(answer, $"GET {options.Endpoint.AbsolutePath}?EIO=4&transport=polling", options);
        }

        context.Handshake = handshake;
        await PollingSession.CloseAsync(context.Http, options, handshake.Sid, cancellationToken);
        return Finding.Passed($"{handshake}, {(handshake.OffersWebSocket ? "offers the upgrade to websocket" : "offers no upgrade")}");
    }
}
