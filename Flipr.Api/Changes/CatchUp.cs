using Flipr.Api.Database;

namespace Flipr.Api.Changes;

/// <summary>Answers who has missed something, or knows nothing yet.</summary>
internal sealed class CatchUp(IChangeLog log) : IDisposable
{
    /// <summary>How many read at once: of the database's connections most are for those who store, and of the memory an answer takes a megabyte or more.</summary>
    private const int AtOnce = 16;

    private readonly SemaphoreSlim _places = new(AtOnce);

    /// <summary>Reads the changes behind the client's cursor.</summary>
    /// <exception cref="DatabaseUnavailableException">The database does not answer.</exception>
    public async Task<CaughtUp> AnswerAsync(CatchUpRequest request, CancellationToken cancellationToken)
    {
        ChangeBatch batch = await ReadAsync(request, cancellationToken);
        if (request is { Since: null, Until: { } then } && then.Position < batch.State.PrunedTo)
        {
            // What the listings were like then is forgotten: a connection of many days. They are told as they are now.
            request = request with { Until = null };
            batch = await ReadAsync(request, cancellationToken);
        }

        LogState state = batch.State;
        if (!IsGood(request.Since, state) || (request.Until is { } end && (end.DatabaseId != state.DatabaseId || end.Position > state.Head)))
        {
            return new CaughtUp(CatchUpAnswer.Reset, null);
        }

        var until = new Cursor(state.DatabaseId, request.Until?.Position ?? state.Head);
        if (request.Since is { End: null } since)
        {
            Cursor known = batch.IsComplete ? until with { Position = Math.Max(until.Position, since.Position) } : At(batch.Changes[^1]);
            return new CaughtUp(CatchUpAnswer.Of(batch.Changes, known, more: known.Position < until.Position), known);
        }

        // From the beginning means: first the listings as they were at one position, then the log behind that. So neither what is long forgotten nor a
        // listing's former states are needed, and nothing that happens meanwhile is missed.
        Cursor listings = until with { Position = request.Since?.End ?? until.Position };
        return batch.IsComplete
            ? new CaughtUp(CatchUpAnswer.Of(batch.Changes, listings, more: listings.Position < until.Position), listings)
            : new CaughtUp(CatchUpAnswer.Of(batch.Changes, At(batch.Changes[^1]) with { End = listings.Position }, more: true), null);

        Cursor At(Change change) => until with { Position = change.Position };
    }

    public void Dispose() => _places.Dispose();

    private async Task<ChangeBatch> ReadAsync(CatchUpRequest request, CancellationToken cancellationToken)
    {
        long? listingsUpTo = request.Since is { } since ? since.End : request.Until?.Position ?? long.MaxValue;
        long? upTo = listingsUpTo is null ? request.Until?.Position : null;
        await _places.WaitAsync(cancellationToken);
        try
        {
            return await log.ReadAsync(new ChangeQuery(request.Since?.Position ?? 0, request.Limit, listingsUpTo, request.Box) { UpTo = upTo }, cancellationToken);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Whether the log still holds everything behind the cursor.</summary>
    private static bool IsGood(Cursor? since, LogState state) =>
        since is not { } cursor
        || (cursor.DatabaseId == state.DatabaseId
            && (cursor.End ?? cursor.Position) is var from && from >= state.PrunedTo && from <= state.Head && cursor.Position <= from);
}
