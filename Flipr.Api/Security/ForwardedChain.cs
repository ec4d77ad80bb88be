using Microsoft.Extensions.Primitives;

namespace Flipr.Api.Security;

/// <summary>
/// Compares <c>FORWARDED_HOPS</c> with the proxies that there are. Each of them adds one entry to <c>X-Forwarded-For</c>, so a request with fewer entries than that
/// proves that there are fewer: then the entry that is believed to be a proxy's own word is the client's, who may make it up.
/// </summary>
internal sealed partial class ForwardedChain(FliprSettings settings, ILogger<ForwardedChain> logger)
{
    private static readonly object EntriesItem = new();

    // Proxies that are known by their addresses end the chain by themselves.
    private readonly int _hops = settings.TrustAllProxies ? settings.ForwardedHops ?? 1 : 0;
    private int _isTold;

    /// <summary>How many proxies are believed to be in front; 0 where the number decides nothing.</summary>
    public int Hops => _hops;

    /// <summary>Looks at a request as it came. One without the header came from the platform itself, as its health checks do.</summary>
    public void Check(HttpRequest request)
    {
        StringValues header = request.Headers["X-Forwarded-For"];
        if (_hops == 0 || header.Count == 0)
        {
            return;
        }

        int entries = Count(header);
        if (request.Path == ClientEndpoint.Path)
        {
            request.HttpContext.Items[EntriesItem] = entries;
        }

        if (entries < _hops && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            LogShort(logger, entries, _hops, entries);
        }
    }

    /// <summary>How many entries a request to <see cref="ClientEndpoint"/> came with.</summary>
    public static int EntriesOf(HttpContext context) => context.Items.TryGetValue(EntriesItem, out object? entries) ? (int)entries! : Count(context.Request.Headers["X-Forwarded-For"]);

    private static int Count(StringValues header)
    {
        int entries = 0;
        foreach (string? line in header)
        {
            entries += line?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length ?? 0;
        }

        return entries;
    }

    [LoggerMessage(1, LogLevel.Warning, "A request came with {Entries} entries in X-Forwarded-For, and FORWARDED_HOPS is {Hops}: there are fewer proxies in front than that. "
        + "Whoever sends an X-Forwarded-For of their own can pass for any address, and past every limit by address. Set FORWARDED_HOPS={Proxies}, and compare with GET /client (docs/deployment.md). Not logged again.")]
    private static partial void LogShort(ILogger logger, int entries, int hops, int proxies);
}
