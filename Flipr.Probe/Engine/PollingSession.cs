namespace Flipr.Probe.Engine;

/// <summary>Single requests of a polling session.</summary>
internal static class PollingSession
{
    public static Uri Url(ProbeOptions options, string sid) => ProbeHttp.Url(options, "EIO=4&transport=polling&sid=" + Uri.EscapeDataString(sid));

    /// <summary>Closes a session that nobody polls. The answer does not matter: the server ends it by itself otherwise.</summary>
    public static Task<HttpAnswer> CloseAsync(ProbeHttp http, ProbeOptions options, string sid, CancellationToken cancellationToken) =>
        http.SendAsync(HttpMethod.Post, Url(options, sid), options.Origin, "1", cancellationToken: cancellationToken);
}
