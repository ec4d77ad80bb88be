using System.Text.Json.Serialization;

namespace Flipr.Api.Listings;

/// <summary>The payload of <c>connection_status</c>, every client's first event.</summary>
/// <param name="Sid">The client's socket id.</param>
internal sealed record ConnectionStatus(string Sid)
{
    [JsonPropertyOrder(-2)]
    public string Status { get; } = "connected";

    [JsonPropertyOrder(-1)]
    public string Message { get; } = "Successfully connected to Flipr WebSocket server";
}
