using Flipr.Api.Database;
using Flipr.Api.Listings;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Changes;

/// <summary>The change log in SQLite.</summary>
internal sealed class SqliteChangeLog(SqliteDatabase database) : IChangeLog
{
    // The next entry of the same listing, which holds the state that this one had brought; none while that stands in the table.
    private const string Later = "SELECT later.position FROM flipr_changes AS later WHERE later.id = logged.id AND later.position > logged.position ORDER BY later.position LIMIT 1";

    private const string IsForgettable = $"(kind = 'deleted' OR EXISTS ({Later}))";

    // What an entry brought stands on the next one of its listing, or in the table while there is none.
    private static readonly string States = string.Join(", ", SqliteSchema.Columns.Select(
        column => $"iif(later.position IS NULL, properties.{column.Name}, later.{column.Name}) AS {column.Name}"));

    private static readonly string Forgotten = string.Join(", ", SqliteSchema.Columns.Select(column => $"{column.Name} = NULL"));

    // A column's length stands in its row's head: what is long is not read for it, as octet_length (of the SQLite that .NET brings) knows.
    private static readonly string Sizes = $"""
        SELECT position,
            CASE kind WHEN 'new' THEN 0 ELSE {LogEntrySize.Overhead} + {string.Join(" + ", SqliteSchema.Columns.Where(column => column.Type == "TEXT").Select(column => $"COALESCE(octet_length({column.Name}), 0)"))} END,
            made_at
        FROM flipr_changes WHERE position > @after ORDER BY position LIMIT @limit
        """;

    private static readonly TimeSpan BetweenPruneSteps = TimeSpan.FromMilliseconds(5);

    public Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            var batch = new ChangeBatchBuilder(query);
            batch.State = SqliteChangeLogSchema.ReadState(command);
            command.CommandText = Sql(query);
            command.Parameters.AddWithValue("@after", query.After);
            command.Parameters.AddWithValue("@upTo", query.ListingsUpTo ?? 0);
            command.Parameters.AddWithValue("@limit", query.Limit);
            command.Parameters.AddWithValue("@last", query.UpTo ?? long.MaxValue);
            if (query.Box is { } box)
            {
                ListingFilter.AddBox(box, command);
            }

            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read() && batch.Add(ChangeColumns.Read(reader, first: 0, batch.State.DatabaseId, isListing: query.ListingsUpTo is not null)))
            {
            }

            return batch.Build();
        },
        cancellationToken);

    public Task<LogState> ReadStateAsync(CancellationToken cancellationToken) => database.ReadAsync(SqliteChangeLogSchema.ReadState, cancellationToken);

    public async Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        int forgotten = 0;
        for (PruneStep? step = new(0, 0); step is not null;)
        {
            long after = step.UpTo;
            step = await database.ReadAsync(command => FindOld(command, after, before), cancellationToken);
            if (step is { Count: > 0 })
            {
                forgotten += await ForgetAsync(after, step.UpTo, cancellationToken);
            }

            await Task.Delay(BetweenPruneSteps, cancellationToken); // There is one writer at a time: who waits comes first.
        }

        return forgotten;
    }

    public Task<IReadOnlyList<LogEntrySize>> ReadSizesAsync(long after, int limit, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            command.CommandText = Sizes;
            command.Set("@after", after);
            command.Set("@limit", limit);
            using SqliteDataReader reader = command.ExecuteReader();
            var sizes = new List<LogEntrySize>();
            while (reader.Read())
            {
                sizes.Add(new LogEntrySize(reader.GetInt64(0), reader.GetInt64(1), DateTimeOffset.FromUnixTimeSeconds(reader.GetInt64(2))));
            }

            return (IReadOnlyList<LogEntrySize>)sizes;
        },
        cancellationToken);

    public Task<int> ForgetAsync(long after, long upTo, CancellationToken cancellationToken) =>
        database.WriteAsync(writer => Forget(writer, after, upTo), cancellationToken);

    private static PruneStep? FindOld(SqliteCommand command, long after, DateTimeOffset before)
    {
        command.CommandText = PruneStep.Sql(IsForgettable);
        command.Set("@after", after);
        command.Set("@before", before.ToUnixTimeSeconds());
        using SqliteDataReader reader = command.ExecuteReader();
        reader.Read();
        return PruneStep.Read(reader);
    }

    private static int Forget(SqliteWriter writer, long after, long upTo)
    {
        Execute("UPDATE flipr_log SET pruned_to = @upTo WHERE pruned_to < @upTo");
        int count = Execute($"DELETE FROM flipr_changes AS logged WHERE position > @after AND position <= @upTo AND {IsForgettable}");
        // A listing's last entry stays, and needs no more what it replaced: it is as though the listing were new.
        Execute($"UPDATE flipr_changes SET kind = 'new', {Forgotten} WHERE position > @after AND position <= @upTo AND kind = 'updated'");
        return count;

        int Execute(string sql)
        {
            SqliteCommand command = writer.Command(sql);
            command.Set("@after", after);
            command.Set("@upTo", upTo);
            return command.ExecuteNonQuery();
        }
    }

    private static string Sql(ChangeQuery query) => query.ListingsUpTo is null ? Entries(query) : Listings(query);

    // The listings as they were at a position, each at its last change up to there.
    private static string Listings(ChangeQuery query) => $"""
        SELECT logged.position, logged.kind, logged.id, NULL, NULL, {NewPlace("logged")}, {Columns(query, "logged")}
        FROM (
            SELECT logged.position, logged.kind, logged.id, logged.new_lat, logged.new_lng, {States}
            FROM flipr_changes AS logged
            LEFT JOIN flipr_changes AS later ON later.position = ({Later})
            LEFT JOIN properties ON later.position IS NULL AND properties.id = logged.id
            WHERE logged.position > @after AND logged.position <= @upTo AND logged.position <= @last AND logged.kind <> 'deleted'
                AND (later.position IS NULL OR later.position > @upTo)
                {(query.Box is { } box ? $"AND {IsIn(box, "new_lat", "new_lng")}" : "")}) AS logged
        ORDER BY logged.position LIMIT @limit
        """;

    // Everything that happened, with what each change left.
    private static string Entries(ChangeQuery query)
    {
        string touching = query.Box is not { } box ? "" : $"AND ({IsIn(box, "lat", "lng")} OR {IsIn(box, "new_lat", "new_lng")})";
        return $"""
            SELECT change.position, change.kind, change.id, {SqliteSchema.Number("change.old_lat")}, {SqliteSchema.Number("change.old_lng")}, {NewPlace("change")}, {Columns(query, "change")}
            FROM (
                SELECT logged.position, logged.kind, logged.id, logged.lat AS old_lat, logged.lng AS old_lng, logged.new_lat, logged.new_lng, {States}
                FROM flipr_changes AS logged
                LEFT JOIN flipr_changes AS later ON logged.kind <> 'deleted' AND later.position = ({Later})
                LEFT JOIN properties ON logged.kind <> 'deleted' AND later.position IS NULL AND properties.id = logged.id
                WHERE logged.position > @after AND logged.position <= @last {touching}) AS change
            ORDER BY change.position LIMIT @limit
            """;
    }

    private static string IsIn(BoundingBox box, string latitude, string longitude) =>
        ListingFilter.Inside(box, SqliteSchema.Number($"logged.{latitude}"), SqliteSchema.Number($"logged.{longitude}"));

    private static string NewPlace(string table) => $"{SqliteSchema.Number($"{table}.new_lat")}, {SqliteSchema.Number($"{table}.new_lng")}";

    private static string Columns(ChangeQuery query, string table) => query.OnlyIds ? ListingColumns.OnlyId(table) : SqliteListingColumns.Of(table);
}
