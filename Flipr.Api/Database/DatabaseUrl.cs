using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>Turns <c>DATABASE_URL</c>, as people paste it, into what Npgsql takes.</summary>
internal static partial class DatabaseUrl
{
    private const string Expected =
        "Expected postgresql://user:password@host:5432/database (or postgres://..., or an Npgsql connection string, Host=...;Database=...).";

    // libpq's names of the parameters that providers put into their URLs, and Npgsql's.
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application_name"] = "Application Name",
        ["channel_binding"] = "Channel Binding",
        ["client_encoding"] = "Client Encoding",
        ["connect_timeout"] = "Timeout",
        ["gssencmode"] = "GSS Encryption Mode",
        ["host"] = "Host",
        ["options"] = "Options",
        ["passfile"] = "Passfile",
        ["password"] = "Password",
        ["port"] = "Port",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslmode"] = "SSL Mode",
        ["sslnegotiation"] = "SSL Negotiation",
        ["sslpassword"] = "SSL Password",
        ["sslrootcert"] = "Root Certificate",
        ["target_session_attrs"] = "Target Session Attributes",
        ["user"] = "Username",
    };

    /// <summary>Reads a PostgreSQL URL or an Npgsql connection string.</summary>
    /// <param name="pasted">The value as it stands in the environment: quotes, spaces, line breaks and its own name in front are dropped.</param>
    /// <returns>The connection settings.</returns>
    /// <exception cref="StartupException">It is neither; the message says which part is wrong, without showing what may be a password.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string pasted)
    {
        NpgsqlConnectionStringBuilder connection = ParseEither(pasted);
        return string.IsNullOrWhiteSpace(connection.Host) ? throw Wrong("the host is missing") : connection;
    }

    /// <summary>Where the connection goes, for people: no password, nothing but host, port and database.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder connection) =>
        $"{connection.Host}:{connection.Port.ToString(CultureInfo.InvariantCulture)}/{connection.Database}";

    private static NpgsqlConnectionStringBuilder ParseEither(string pasted)
    {
        string text = Unwrap(LineBreak().Replace(pasted, ""));
        Match scheme = Scheme().Match(text);
        if (scheme.Success)
        {
            return scheme.Groups["name"].Value.ToLowerInvariant() is "postgres" or "postgresql"
                ? ParseUrl(text[scheme.Length..])
                : throw Wrong($"its scheme {scheme.Value} is unknown");
        }

        if (!text.Contains('=', StringComparison.Ordinal))
        {
            throw Wrong("it is neither a URL nor a connection string");
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // The parser's own message quotes what it could not read: that may be a password.
            throw Wrong("it starts with no scheme, and Npgsql cannot read it as a connection string");
        }
    }

    private static string Unwrap(string text)
    {
        while (true)
        {
            string before = text;
            text = text.Trim();
            if (text.Length >= 2 && text[0] is '"' or '\'' or '`' && text[^1] == text[0])
            {
                text = text[1..^1];
            }

            if (text.StartsWith("DATABASE_URL=", StringComparison.OrdinalIgnoreCase))
            {
                text = text["DATABASE_URL=".Length..];
            }

            if (text == before)
            {
                return text;
            }
        }
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(string text)
    {
        // A pasted password may hold any of @ : / ? #. So the host starts after the last @ that a host, a port and a database can follow.
        string? user = null, password = null;
        Match? target = null;
        for (int at = text.LastIndexOf('@'); at >= 0 && target is null; at = at == 0 ? -1 : text.LastIndexOf('@', at - 1))
        {
            if (Target().Match(text[(at + 1)..]) is { Success: true } match)
            {
                target = match;
                string login = text[..at];
                int colon = login.IndexOf(':', StringComparison.Ordinal);
                user = colon < 0 ? login : login[..colon];
                password = colon < 0 ? null : login[(colon + 1)..];
            }
        }

        if (target is null && (text.Contains('@', StringComparison.Ordinal) || !(target = Target().Match(text)).Success))
        {
            throw Wrong(text[(text.LastIndexOf('@') + 1)..].Contains('/', StringComparison.Ordinal) ? "the host cannot be read" : "the database name is missing");
        }

        string database = Uri.UnescapeDataString(target.Groups["database"].Value.TrimEnd('/'));
        if (database.Length == 0)
        {
            throw Wrong("the database name is missing");
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = OrElse(target.Groups["host"].Value, "localhost").Trim('[', ']'),
            Port = ReadPort(target.Groups["port"].Value),
            Database = database,
            Username = OrElse(user, "postgres"),
            Password = string.IsNullOrEmpty(password) ? null : Uri.UnescapeDataString(password),
        };
        foreach (string parameter in target.Groups["query"].Value.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = parameter.Split('=', 2);
            Apply(connection, Uri.UnescapeDataString(pair[0]), Uri.UnescapeDataString(pair.Length == 2 ? pair[1] : ""));
        }

        return connection;
    }

    private static int ReadPort(string text) =>
        text.Length == 0 ? NpgsqlConnection.DefaultPort
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535 ? port
        : throw Wrong("the port is not a number from 1 to 65535");

    private static void Apply(NpgsqlConnectionStringBuilder connection, string name, string value)
    {
        if (!Parameters.TryGetValue(name, out string? keyword))
        {
            keyword = name;
        }

        if (keyword is "Root Certificate" && value is "system")
        {
            // libpq's name for the machine's own roots, which Npgsql takes when none is named; with it comes the full check.
            if (!connection.ShouldSerialize("SSL Mode"))
            {
                connection.SslMode = SslMode.VerifyFull;
            }

            return;
        }

        try
        {
            // libpq writes verify-full and read-write, Npgsql VerifyFull; its session attributes keep the hyphen.
            connection[keyword] = keyword is "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            if (Parameters.ContainsKey(name))
            {
                throw Wrong($"its parameter {name} has a value that cannot be read");
            }

            // Other drivers' parameters (pgbouncer=true, connection_limit=1) stand in many URLs that providers hand out: they mean nothing here.
        }
    }

    private static string OrElse(string? text, string absent) => string.IsNullOrEmpty(text) ? absent : Uri.UnescapeDataString(text);

    private static StartupException Wrong(string what) => new($"DATABASE_URL cannot be read: {what}. {Expected}");

    [GeneratedRegex(@"\s*[\r\n]+\s*")]
    private static partial Regex LineBreak();

    [GeneratedRegex("^(?<name>[A-Za-z][A-Za-z0-9+.-]*)://", RegexOptions.ExplicitCapture)]
    private static partial Regex Scheme();

    /// <summary>What follows the login: host and port, both optional, then the database and perhaps parameters.</summary>
    [GeneratedRegex(@"^(?<host>\[[0-9A-Fa-f:.%]*\]|[^\[\]/?#:@\s]*)(:(?<port>[^/?#@]*))?/(?<database>[^?]*)(\?(?<query>.*))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Target();
}
