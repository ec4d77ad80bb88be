using System.Text.Json.Serialization;

namespace Flipr.Api.Listings;

/// <summary>The payload of <c>connection_status</c>, every client's first event.</summary>
/// <param name="Sid">The client's socket id.</param>
/// <param name="Cursor">Every change behind it is announced to this client; null while the database has not answered since the start.</param>
internal sealed record ConnectionStatus(string Sid, string? Cursor)
{
    [JsonPropertyOrder(-2)]
    public string Status { get; } = "connected";

    [JsonPropertyOrder(-1)]
    public string Message { get; } = "Successfully connected to Flipr WebSocket server";
}
