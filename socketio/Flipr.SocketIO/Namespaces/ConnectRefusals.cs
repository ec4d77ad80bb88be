using System.Text.Json;

namespace Flipr.SocketIO;

/// <summary>How clients are refused before any middleware: the message is for people, the data (<c>{"status":401,"reason":"token_invalid"}</c>) for programs.</summary>
internal static class ConnectRefusals
{
    private static readonly JsonElement NoTokenDetails = JsonElement.Parse("""{"status":401,"reason":"token_missing"}"""u8);
    private static readonly JsonElement BadTokenDetails = JsonElement.Parse("""{"status":401,"reason":"token_invalid"}"""u8);
    private static readonly JsonElement NoUserDetails = JsonElement.Parse("""{"status":401,"reason":"user_missing"}"""u8);
    private static readonly JsonElement ForbiddenDetails = JsonElement.Parse("""{"status":403,"reason":"forbidden"}"""u8);

    /// <summary>It should have sent a token: it may send one and connect again.</summary>
    public static ConnectionRefusedException NoToken(string cause) => new("Unauthorized", NoTokenDetails) { Cause = cause };

    /// <summary>Its token is none, or not valid any more: it may fetch another and connect again.</summary>
    public static ConnectionRefusedException BadToken(string cause) => new("Unauthorized", BadTokenDetails) { Cause = cause };

    /// <summary>Its handshake was anybody's: it may log in and open another connection.</summary>
    public static ConnectionRefusedException NoUser(string cause) => new("Unauthorized", NoUserDetails) { Cause = cause };

    /// <summary>Its user may not enter: trying again changes nothing.</summary>
    public static ConnectionRefusedException Forbidden(string cause) => new("Forbidden", ForbiddenDetails) { Cause = cause };
}
