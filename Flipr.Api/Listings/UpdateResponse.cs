using System.Text.Json.Serialization;

namespace Flipr.Api.Listings;

/// <summary>A change was stored.</summary>
/// <param name="Id">The listing's id: the one that was posted, or the one it got.</param>
internal sealed record UpdateResponse(string Id)
{
    [JsonPropertyOrder(-2)]
    public string Status { get; } = "success";
}
