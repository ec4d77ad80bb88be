using System.Net.WebSockets;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Chooses the parameters of permessage-deflate (RFC 7692, section 7) among those a client offers. Both sides start every
/// message anew: a context kept between messages would cost each connection some 300 KB.
/// </summary>
internal static class DeflateNegotiation
{
    /// <summary>Takes the first offer that can be met.</summary>
    /// <param name="extensions">The value of <c>Sec-WebSocket-Extensions</c>.</param>
    /// <returns>The options and the header's answer; <see langword="null"/> if nothing suitable is offered.</returns>
    public static (WebSocketDeflateOptions Options, string Answer)? Negotiate(string extensions)
    {
        foreach (string offer in extensions.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = offer.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0].Equals("permessage-deflate", StringComparison.OrdinalIgnoreCase) && Accept(parts.AsSpan(1)) is { } accepted)
            {
                return accepted;
            }
        }

        return null;
    }

    private static (WebSocketDeflateOptions Options, string Answer)? Accept(ReadOnlySpan<string> parameters)
    {
        var options = new WebSocketDeflateOptions { ServerContextTakeover = false, ClientContextTakeover = false };
        string answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
        foreach (string parameter in parameters)
        {
            string[] parts = parameter.Split('=', StringSplitOptions.TrimEntries);
            switch (parts[0].ToLowerInvariant())
            {
                case "server_no_context_takeover" or "client_no_context_takeover" when parts.Length == 1:
                    break;
                case "client_max_window_bits" when parts.Length == 1:
                    break;
                case "client_max_window_bits" when TryReadBits(parts[1], out _):
                    // An upper bound for the client's window: the largest is always met.
                    break;
                case "server_max_window_bits" when parts.Length == 2 && TryReadBits(parts[1], out int bits):
                    options.ServerMaxWindowBits = bits;
                    answer += $"; server_max_window_bits={bits}";
                    break;
                default:
                    return null;
            }
        }

        return (options, answer);
    }

    private static bool TryReadBits(string text, out int bits) =>
        int.TryParse(text.Trim('"'), System.Globalization.NumberStyles.None, null, out bits) && bits is >= 9 and <= 15;
}
