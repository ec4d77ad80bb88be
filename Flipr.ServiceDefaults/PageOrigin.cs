namespace Flipr.ServiceDefaults;

/// <summary>The origin of a backend, as a browser writes it: <c>https://api.example:8443</c>.</summary>
public static class PageOrigin
{
    /// <summary>Reads a setting: one origin and nothing else.</summary>
    /// <param name="setting">The setting's name, for the message.</param>
    /// <param name="text">What it holds.</param>
    /// <exception cref="FormatException">It is no origin. The message is for whoever starts the host.</exception>
    public static string Read(string setting, string text) =>
        Find(text) is { } origin && new Uri(text) is { PathAndQuery: "/", Fragment: "", UserInfo: "" } && !text.EndsWith('?') && !text.EndsWith('#')
            ? origin
            : throw new FormatException($"{setting} holds {(text.Contains('@', StringComparison.Ordinal) ? "an address with a user name" : $"'{text}'")}. It must be an origin like https://api.example.com or http://localhost:5005.");

    /// <summary>The origin of an address, put together from its parts: nothing of the text gets into it that is not a host or a port. Null where it has none.</summary>
    internal static string? Find(string? text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || uri.HostNameType is not (UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6))
        {
            return null;
        }

        string authority = uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}";
        return $"{uri.Scheme}://{(uri.HostNameType is UriHostNameType.IPv6 ? uri.Authority : authority)}";
    }
}
