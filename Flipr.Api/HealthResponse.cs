using System.Text.Json.Serialization;

namespace Flipr.Api;

/// <summary>The answer of <c>GET /healthz</c>.</summary>
/// <param name="Status">"ok", or "degraded" while the database does not answer.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Database">The kind of database in use.</param>
/// <param name="Reason">Why the status is degraded.</param>
internal sealed record HealthResponse(
    [property: JsonPropertyOrder(-2)] string Status, string Version, string Database, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null)
{
    [JsonPropertyOrder(-1)]
    public string Server { get; } = "Flipr Backend";

    [JsonPropertyName("socketio")]
    public string SocketIO { get; } = "enabled";
}
