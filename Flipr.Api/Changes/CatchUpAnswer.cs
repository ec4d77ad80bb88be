using System.Text.Json.Serialization;

namespace Flipr.Api.Changes;

/// <summary>The answer to <c>catch_up</c>: changes, or that the client must load everything anew (<c>reset</c>, without the rest).</summary>
/// <param name="Status"><c>ok</c> or <c>reset</c>.</param>
/// <param name="Changes">The changes, in their order.</param>
/// <param name="Next">What the client knows when it has taken them.</param>
/// <param name="More">Whether there is more behind <paramref name="Next"/>.</param>
[method: JsonConstructor]
internal sealed record CatchUpAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CaughtUpChange>? Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? More)
{
    /// <summary>The client's cursor is no longer good.</summary>
    public static CatchUpAnswer Reset { get; } = new("reset", null, null, null);

    public static CatchUpAnswer Of(IReadOnlyList<Change> changes, Cursor next, bool more) =>
        new("ok", [.. changes.Select(CaughtUpChange.Of)], next.ToString(), more);
}
