namespace Flipr.Api.Changes;

/// <summary>The answer to <c>watch</c> and <c>unwatch</c>.</summary>
/// <param name="Cursor">
/// What is watched now is announced from here on, and what is heard before the answer is not behind it. Null while the database has not answered since
/// the start.
/// </param>
internal sealed record WatchAnswer(string? Cursor)
{
    public string Status { get; } = "ok";
}
