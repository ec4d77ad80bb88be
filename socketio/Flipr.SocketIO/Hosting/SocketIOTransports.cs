namespace Flipr.SocketIO;

/// <summary>The transports a client may use.</summary>
[Flags]
public enum SocketIOTransports
{
    /// <summary>No transport.</summary>
    None = 0,

    /// <summary>HTTP long-polling: works through every proxy.</summary>
    Polling = 1,

    /// <summary>WebSocket.</summary>
    WebSocket = 2,

    /// <summary>Both; clients that start with polling upgrade.</summary>
    All = Polling | WebSocket,
}
