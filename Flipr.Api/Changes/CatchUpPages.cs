using System.Text.Json;

namespace Flipr.Api.Changes;

/// <summary>
/// Knows where one client's last page of <c>catch_up</c> ended. Who goes on there has waited for the answer, and comes to an end: a full load takes as many
/// calls as it takes, as fast as they are answered.
/// </summary>
internal sealed class CatchUpPages
{
    private volatile string? _next;
    private Task _reading = Task.CompletedTask;

    /// <summary>Whether a request goes on where the last answer ended, which was the last that was asked for.</summary>
    public bool IsContinuedBy(JsonElement request) =>
        _next is { } next && request.ValueKind == JsonValueKind.Object
        && request.TryGetProperty("since", out JsonElement since) && since.ValueKind == JsonValueKind.String && since.ValueEquals(next);

    /// <summary>Reads pages one after another, however many are asked for at once: a client has one share of the database, not five hundred.</summary>
    public Task InTurnAsync(Func<Task> read) => _reading = AfterAsync(_reading, read);

    private static async Task AfterAsync(Task before, Func<Task> read)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // Its own caller hears of it.
        await read();
    }

    /// <summary>A page is being read.</summary>
    public void Begin() => _next = null;

    /// <summary>A page has been read.</summary>
    public CatchUpAnswer End(CatchUpAnswer answer)
    {
        _next = answer.More == true ? answer.Next : null;
        return answer;
    }
}
