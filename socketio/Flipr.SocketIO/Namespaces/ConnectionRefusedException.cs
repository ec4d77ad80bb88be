using System.Text.Json;

namespace Flipr.SocketIO;

/// <summary>Thrown by a middleware to refuse a connection: message and data reach the client's <c>connect_error</c>.</summary>
public sealed class ConnectionRefusedException : Exception
{
    /// <summary>Refuses with a message.</summary>
    /// <param name="message">What the client is told.</param>
    public ConnectionRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Refuses with a message and details.</summary>
    /// <param name="message">What the client is told.</param>
    /// <param name="details">Further details for the client (<c>error.data</c>).</param>
    public ConnectionRefusedException(string message, JsonElement details)
        : base(message) => Details = details.Clone(); // Its document may be gone when the client is told.

    /// <summary>Further details for the client; <see langword="null"/> for none.</summary>
    public JsonElement? Details { get; }

    /// <summary>What the log says where it was no middleware that refused.</summary>
    internal string? Cause { get; init; }
}
