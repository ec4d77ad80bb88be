using System.Text.Json.Serialization;

namespace Flipr.Api;

/// <summary>What every error is answered with.</summary>
/// <param name="Message">For whoever sent the request: what is wrong, and what to do about it.</param>
internal sealed record ErrorResponse(string Message)
{
    [JsonPropertyOrder(-2)]
    public string Status { get; } = "error";
}
