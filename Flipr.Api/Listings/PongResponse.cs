using Flipr.SocketIO;

namespace Flipr.Api.Listings;

/// <summary>The payload of <c>pong_response</c>.</summary>
/// <param name="Received">What came with the ping, as it came.</param>
/// <param name="Timestamp">Now, in Unix seconds with their fraction.</param>
internal sealed record PongResponse(JsonData Received, double Timestamp)
{
    public string Message { get; } = "Pong response from Flipr server";
}
