using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Answers who has missed something, or knows nothing yet.</summary>
internal sealed class CatchUp(IChangeLog log)
{
    /// <summary>Reads the changes behind the client's cursor.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<CatchUpAnswer> AnswerAsync(CatchUpRequest request, CancellationToken cancellationToken)
    {
        // From the beginning means: first the listings as they are, up to where the log stood at the first question, then the log behind that. So
        // neither what is long forgotten nor a listing's former states are needed, and nothing that happens meanwhile is missed.
        bool isBeginning = request.Since is null;
        long? listingsUpTo = request.Since is { } since ? since.End : long.MaxValue;
        ChangeBatch batch = await log.ReadAsync(new ChangeQuery(request.Since?.Position ?? 0, request.Limit, listingsUpTo, request.Box), cancellationToken);
        LogState state = batch.State;
        if (request.Since is { } cursor && !IsGood(cursor, state))
        {
            return CatchUpAnswer.Reset;
        }

        if (listingsUpTo is null)
        {
            long known = batch.IsComplete ? state.Head : batch.Changes[^1].Position;
            return CatchUpAnswer.Of(batch.Changes, new Cursor(state.DatabaseId, known), more: known < state.Head);
        }

        long end = isBeginning ? state.Head : listingsUpTo.Value;
        return batch.IsComplete
            ? CatchUpAnswer.Of(batch.Changes, new Cursor(state.DatabaseId, end), more: end < state.Head)
            : CatchUpAnswer.Of(batch.Changes, new Cursor(state.DatabaseId, batch.Changes[^1].Position, end), more: true);
    }

    /// <summary>Whether the log still holds everything behind the cursor.</summary>
    private static bool IsGood(Cursor cursor, LogState state) =>
        cursor.DatabaseId == state.DatabaseId
        && (cursor.End ?? cursor.Position) is var from && from >= state.PrunedTo && from <= state.Head && cursor.Position <= from;
}
