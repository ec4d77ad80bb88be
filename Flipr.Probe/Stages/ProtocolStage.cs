using System.Globalization;
using Flipr.Probe.Engine;

namespace Flipr.Probe.Stages;

/// <summary>Which revisions of Engine.IO the server speaks.</summary>
internal sealed class ProtocolStage : IStage
{
    public string Id => "protocol";

    public string Title => "protocol version";

    public int ExitCode => 24;

    public async Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        ProbeOptions options = context.Options;
        if (!context.HasPassed("polling") && !context.HasPassed("websocket"))
        {
            return Finding.Skipped("no transport works");
        }

        HttpAnswer old = await context.Http.SendAsync(HttpMethod.Get, ProbeHttp.Url(options, "EIO=3&transport=polling"), options.Origin, cancellationToken: cancellationToken);
        string says = Diagnosis.OfAnswer(old, "EIO=3", options).Fault == "eio3-server"
            ? "EIO=3 too (allowEIO3): clients of Socket.IO 2 can connect"
            : old.EngineError is { } error
                ? string.Create(CultureInfo.InvariantCulture, $"EIO=3 is refused ({old.Status} code {error.Code}, {Shorten.Text(error.Message)}): clients of Socket.IO 2 cannot connect")
                : string.Create(CultureInfo.InvariantCulture, $"EIO=3 was answered {old.Status}");
        return Finding.Passed($"EIO=4 is spoken (Socket.IO 3 and 4); {says}");
    }
}
