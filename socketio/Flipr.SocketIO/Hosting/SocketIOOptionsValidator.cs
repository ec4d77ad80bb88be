using Microsoft.Extensions.Options;

namespace Flipr.SocketIO;

/// <summary>Refuses impossible options when the application starts, naming the option and the remedy.</summary>
internal sealed class SocketIOOptionsValidator : IValidateOptions<SocketIOOptions>
{
    // Utf8JsonWriter stops there: what is received deeper could not be passed on.
    private const int MaxWritableDepth = 1000;

    public ValidateOptionsResult Validate(string? name, SocketIOOptions options)
    {
        var failures = new List<string>();
        string prefix = string.IsNullOrEmpty(name) ? "SocketIOOptions" : $"SocketIOOptions (of server '{name}')";

        Positive(options.PingInterval, nameof(options.PingInterval));
        Positive(options.PingTimeout, nameof(options.PingTimeout));
        Positive(options.UpgradeTimeout, nameof(options.UpgradeTimeout));
        Positive(options.ConnectTimeout, nameof(options.ConnectTimeout));
        Positive(options.CloseTimeout, nameof(options.CloseTimeout));
        AtLeast(options.MaxPayload, 1, nameof(options.MaxPayload));
        AtLeast(options.MaxOutboundBytes, 1, nameof(options.MaxOutboundBytes));
        AtLeast(options.MaxConnections, 1, nameof(options.MaxConnections));
        AtLeast(options.MaxConnectionsPerClient ?? 1, 1, nameof(options.MaxConnectionsPerClient));
        AtLeast(options.MaxAttachments, 0, nameof(options.MaxAttachments));
        AtLeast(options.MaxJsonDepth, 1, nameof(options.MaxJsonDepth));
        if (options.MaxJsonDepth > MaxWritableDepth)
        {
            failures.Add($"{prefix}.MaxJsonDepth is {options.MaxJsonDepth}: choose at most {MaxWritableDepth}, which is as deep as JSON can be written.");
        }

        AtLeast(options.MaxAuthBytes, 0, nameof(options.MaxAuthBytes));
        AtLeast(options.MaxNamespacesPerConnection, 1, nameof(options.MaxNamespacesPerConnection));
        AtLeast(options.MaxNamespaces, 1, nameof(options.MaxNamespaces));
        AtLeast(options.MaxRoomsPerSocket, 0, nameof(options.MaxRoomsPerSocket));
        AtLeast(options.MaxPendingAcks, 1, nameof(options.MaxPendingAcks));
        AtLeast(options.MaxRunningHandlers, 1, nameof(options.MaxRunningHandlers));
        AtLeast(options.MaxWaitingEventBytes, 1, nameof(options.MaxWaitingEventBytes));
        AtLeast(options.HttpCompressionThreshold ?? 0, 0, nameof(options.HttpCompressionThreshold));


        if ((options.Transports & SocketIOTransports.All) == 0 || (options.Transports & ~SocketIOTransports.All) != 0)
        {
            failures.Add($"{prefix}.Transports is {options.Transports}: choose Polling, WebSocket or both.");
        }

        if (options.Cookie is { Name: null or "" })
        {
            failures.Add($"{prefix}.Cookie has no name: set Cookie.Name, or create it with SocketIOOptions.CreateCookie().");
        }

        if (options.Cors.AllowCredentials && options.Cors.Origins.Contains("*"))
        {
            failures.Add($"{prefix}.Cors allows every origin ('*') together with credentials, which browsers refuse and which would let any page act for your users: list the origins, or set Cors.AllowCredentials to false.");
        }

        foreach (string origin in options.Cors.Origins)
        {
            if (origin != "*" && !IsOrigin(origin))
            {
                failures.Add($"{prefix}.Cors.Origins holds '{origin}', which is no origin: write scheme and host, with the port if it is not the scheme's own and without a path, such as https://app.example.com or https://*.example.com.");
            }
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;

        void Positive(TimeSpan value, string option)
        {
            if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1))
            {
                failures.Add($"{prefix}.{option} is {value}: choose a time from 1 ms to 1 day.");
            }
        }

        void AtLeast(long value, long least, string option)
        {
            if (value < least)
            {
                failures.Add($"{prefix}.{option} is {value}: choose at least {least}.");
            }
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text.Replace("://*.", "://wildcard.", StringComparison.Ordinal), UriKind.Absolute, out Uri? uri)
        && uri.PathAndQuery == "/" && uri.Fragment.Length == 0 && uri.Host.Length > 0 && !text.EndsWith('/');
}
