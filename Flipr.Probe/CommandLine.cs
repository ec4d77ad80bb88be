using System.Globalization;
using System.Text.Json;

namespace Flipr.Probe;

/// <summary>The command line: <c>flipr-probe address [options]</c>.</summary>
internal static class CommandLine
{
    public const string Help = """
        Tells why a Socket.IO endpoint cannot be reached, and what to change.

        Usage: flipr-probe <address> [options]

          <address>             host, host:port, or an http(s):// or ws(s):// URL. Without a scheme: https, but http for this machine and port 80.
                                A path in it is the path of Socket.IO.

        Options:
          --origin <origin>     the page's origin, e.g. https://app.flipr.realty: CORS is checked, and WebSockets are opened as from that page
          --auth <json>         the client's auth, a JSON object; @file reads it from a file
          --namespace <name>    the namespace to connect to (/)
          --path <path>         the path of Socket.IO (/socket.io/)
          --health <path>       where the server tells of its health (/healthz)
          --timeout <seconds>   how long a single answer may take (10)
          --idle <seconds>      how long a connection is left idle (2 s longer than the server's ping interval, 60 s at most)
          --no-idle             leave the idle stage out
          --insecure            go on past a certificate that cannot be trusted
          --json                one JSON document instead of lines
          --help                this text

        Exit codes: 0 everything passed (warnings included), 2 the command line cannot be understood, else that of the first stage that failed:
          10 name resolution  11 TCP  12 TLS  13 HTTP  14 health  15 polling  16 CORS  17 WebSocket  18 namespace  19 first event  20 ping
          21 affinity  22 upgrade  23 payload  24 protocol  25 idle;  1 the probe itself failed, 130 interrupted
        """;

    /// <summary>Reads it.</summary>
    /// <returns>Null where help was asked for.</returns>
    /// <exception cref="UsageException">It cannot be understood.</exception>
    public static ProbeOptions? Read(IReadOnlyList<string> arguments)
    {
        string? address = null;
        string? path = null;
        var options = new ProbeOptions { Endpoint = null! };
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-'))
            {
                address = address is null ? argument : throw new UsageException($"There is one address, and '{argument}' is a second one.");
                continue;
            }

            string name = argument;
            string? attached = null;
            if (argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
            {
                (name, attached) = (argument[..equals], argument[(equals + 1)..]);
            }

            string Value() => attached ?? (++i < arguments.Count ? arguments[i] : throw new UsageException($"{name} needs a value."));
            switch (name)
            {
                case "--help" or "-h" or "-?":
                    return null;
                case "--origin":
                    options = options with { Origin = ReadOrigin(Value()) };
                    break;
                case "--auth":
                    options = options with { Auth = ReadAuth(Value()) };
                    break;
                case "--namespace":
                    options = options with { Namespace = ReadNamespace(Value()) };
                    break;
                case "--path":
                    path = Value();
                    break;
                case "--health":
                    options = options with { Health = "/" + Value().TrimStart('/') };
                    break;
                case "--timeout":
                    options = options with { Timeout = ReadSeconds(name, Value()) };
                    break;
                case "--idle":
                    options = options with { Idle = ReadSeconds(name, Value()) };
                    break;
                case "--no-idle":
                    options = options with { Idle = TimeSpan.Zero };
                    break;
                case "--insecure":
                    options = options with { Insecure = true };
                    break;
                case "--json":
                    options = options with { Json = true };
                    break;
                default:
                    throw new UsageException($"There is no option {name}.");
            }
        }

        return options with { Endpoint = TargetAddress.Read(address ?? throw new UsageException("Which address?"), path) };
    }

    private static string ReadOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Host.Length > 0 && url.PathAndQuery is "/" or "" && url.UserInfo.Length == 0
            ? url.GetLeftPart(UriPartial.Authority)
            : throw new UsageException($"--origin '{text}' is no origin: expected a scheme and a host, for example https://app.flipr.realty.");

    /// <summary>Its errors never show it: it is a secret.</summary>
    private static string ReadAuth(string text)
    {
        if (text.StartsWith('@'))
        {
            try
            {
                text = File.ReadAllText(text[1..]);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UsageException($"--auth: the file cannot be read: {exception.Message}");
            }
        }

        try
        {
            using var auth = JsonDocument.Parse(text);
            return auth.RootElement.ValueKind == JsonValueKind.Object ? text.ReplaceLineEndings(" ").Trim() : throw new UsageException("--auth is no JSON object: expected for example {\"token\":\"...\"}.");
        }
        catch (JsonException)
        {
            throw new UsageException("--auth is no JSON: expected an object, for example {\"token\":\"...\"}.");
        }
    }

    private static string ReadNamespace(string text) =>
        text.AsSpan().IndexOfAny(",?#") < 0 ? "/" + text.TrimStart('/') : throw new UsageException($"--namespace '{text}' holds a character that no namespace has (one of , ? #).");

    private static TimeSpan ReadSeconds(string name, string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{name} '{text}' is no number of seconds above 0 and up to 3600.");
}
