using System.Net;

namespace Flipr.Probe;

/// <summary>Reads the endpoint as people write it: <c>host</c>, <c>host:port</c>, or a URL of http, https, ws or wss.</summary>
internal static class TargetAddress
{
    private const string Expected = "expected a host, host:port, or an http(s):// or ws(s):// URL, for example https://flipr-backend.onrender.com";

    /// <param name="text">As it was written.</param>
    /// <param name="path">The path of Engine.IO where it was given apart; null: the address's own, else <c>/socket.io/</c>.</param>
    /// <exception cref="UsageException">It is no address.</exception>
    public static Uri Read(string text, string? path)
    {
        string given = text.Trim();
        string address = given.Contains("://", StringComparison.Ordinal) ? given : "none://" + given;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Host.Length == 0 || Uri.CheckHostName(url.Host) == UriHostNameType.Unknown)
        {
            throw new UsageException($"'{Shown(given)}' is no address: {Expected}.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw new UsageException($"The address of '{url.Host}' holds a user name or password: leave it out, Socket.IO takes credentials with --auth.");
        }

        string scheme = url.Scheme switch
        {
            "http" or "ws" => "http",
            "https" or "wss" => "https",
            "none" => IsThisMachine(url) || url.Port == 80 ? "http" : "https",
            _ => throw new UsageException($"'{url.Scheme}://' is no scheme of Socket.IO: {Expected}."),
        };
        int port = url.Port > 0 ? url.Port : scheme == "https" ? 443 : 80;
        string enginePath = path ?? (url.AbsolutePath is "" or "/" ? "/socket.io/" : url.AbsolutePath);
        return new UriBuilder(scheme, url.Host, port, "/" + enginePath.Trim('/') + "/").Uri;
    }

    /// <summary>Without what may be a password.</summary>
    private static string Shown(string given) => given.LastIndexOf('@') is var at and >= 0 ? "…" + given[at..] : given;

    private static bool IsThisMachine(Uri url) =>
        url.Host == "localhost" || url.Host.EndsWith(".localhost", StringComparison.Ordinal) || (IPAddress.TryParse(url.IdnHost, out IPAddress? address) && IPAddress.IsLoopback(address));
}
