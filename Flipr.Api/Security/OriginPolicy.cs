namespace Flipr.Api.Security;

/// <summary>Which web pages may call: one policy for HTTP and for Socket.IO.</summary>
internal sealed class OriginPolicy
{
    private readonly bool _allowAny;
    private readonly HashSet<string> _origins = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(string Scheme, string Suffix)> _patterns = [];

    /// <summary>Reads the allowed origins; outside production every origin is.</summary>
    /// <exception cref="StartupException">One of them is no origin.</exception>
    public OriginPolicy(FliprSettings settings)
    {
        _allowAny = !settings.IsProduction || settings.AllowedOrigins.Contains("*");
        foreach (string allowed in settings.AllowedOrigins.Where(allowed => allowed != "*"))
        {
            string origin = allowed.TrimEnd('/');
            int wildcard = origin.IndexOf("://*.", StringComparison.Ordinal);
            if (!Uri.TryCreate(wildcard < 0 ? origin : origin.Replace("://*.", "://any.", StringComparison.Ordinal), UriKind.Absolute, out Uri? uri)
                || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || origin.EndsWith('?') || uri.UserInfo.Length > 0)
            {
                throw new StartupException($"ALLOWED_ORIGINS holds '{allowed}'. It must be a list of origins like https://app.flipr.realty or https://*.vercel.app.");
            }

            if (wildcard < 0)
            {
                _origins.Add(uri.GetLeftPart(UriPartial.Authority));
            }
            else
            {
                // ".vercel.app", with its port where one is given.
                _patterns.Add((uri.Scheme, uri.GetLeftPart(UriPartial.Authority)[$"{uri.Scheme}://any".Length..]));
            }
        }
    }

    /// <summary>Whether pages of an origin may call.</summary>
    public bool IsAllowed(string origin)
    {
        if (_allowAny || _origins.Contains(origin))
        {
            return true;
        }

        foreach ((string scheme, string suffix) in _patterns)
        {
            if (origin.StartsWith($"{scheme}://", StringComparison.OrdinalIgnoreCase)
                && origin.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri)
                && uri.GetLeftPart(UriPartial.Authority).Equals(origin, StringComparison.OrdinalIgnoreCase)
                && uri.Host.Length > suffix.Split(':')[0].Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a request may go on: it names no origin, its own, or an allowed one.</summary>
    public bool IsAllowed(HttpRequest request) =>
        request.Headers.Origin.ToString() is var origin
        && (origin.Length == 0 || origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || IsAllowed(origin));
}
