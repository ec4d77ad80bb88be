using System.Data.Common;

namespace Flipr.Api.Changes;

/// <summary>
/// A piece of the log that is old enough to be forgotten. Pieces are bounded by what has to be looked at, not by what there is to forget: so each
/// takes little time, whatever the log is like.
/// </summary>
/// <param name="UpTo">Its last entry.</param>
/// <param name="Count">How many of its entries are to be forgotten, or what they replaced is.</param>
internal sealed record PruneStep(long UpTo, long Count)
{
    private const int Size = 5_000;

    /// <summary>Selects the piece behind <c>@after</c> of what was made before <c>@before</c>.</summary>
    /// <param name="isForgettable">The condition for an entry (<c>logged</c>) that goes: a delete, or one that is not the last of its listing.</param>
    public static string Sql(string isForgettable) => $"""
        SELECT max(position), COALESCE(sum(CASE WHEN kind <> 'new' OR {isForgettable} THEN 1 ELSE 0 END), 0)
        FROM (SELECT position, id, kind, made_at FROM flipr_changes WHERE position > @after ORDER BY position LIMIT {Size}) AS logged
        WHERE made_at < @before
        """;

    /// <summary>Reads what <see cref="Sql"/> selects; null when nothing old is left.</summary>
    public static PruneStep? Read(DbDataReader reader) => reader.IsDBNull(0) ? null : new PruneStep(reader.GetInt64(0), reader.GetInt64(1));
}
