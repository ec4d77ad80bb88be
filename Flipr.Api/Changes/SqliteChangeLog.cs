using Flipr.Api.Database;
using Flipr.Api.Listings;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Changes;

/// <summary>The change log in SQLite.</summary>
internal sealed class SqliteChangeLog(SqliteDatabase database) : IChangeLog
{
    private const string Entry = "logged.position AS position, logged.kind, logged.id, logged.old_lat, logged.old_lng, logged.lat, logged.lng";

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
                forgotten += await database.WriteAsync(writer => Forget(writer, after, step.UpTo), cancellationToken);
            }

            await Task.Delay(BetweenPruneSteps, cancellationToken); // There is one writer at a time: who waits comes first.
        }

        return forgotten;
    }

    private static PruneStep? FindOld(SqliteCommand command, long after, DateTimeOffset before)
    {
        command.CommandText = PruneStep.Sql("is_current <> 1 OR kind = 'deleted'");
        command.Set("@after", after);
        command.Set("@before", before.ToUnixTimeSeconds());
        using SqliteDataReader reader = command.ExecuteReader();
        reader.Read();
        return PruneStep.Read(reader);
    }

    private static int Forget(SqliteWriter writer, long after, long upTo)
    {
        SqliteCommand horizon = writer.Command("UPDATE flipr_log SET pruned_to = @upTo WHERE pruned_to < @upTo");
        horizon.Set("@upTo", upTo);
        horizon.ExecuteNonQuery();
        SqliteCommand entries = writer.Command(
            "DELETE FROM flipr_changes WHERE position > @after AND position <= @upTo AND (is_current <> 1 OR kind = 'deleted')");
        entries.Set("@after", after);
        entries.Set("@upTo", upTo);
        return entries.ExecuteNonQuery();
    }

    // A listing's last state stands in the table, earlier ones in the log: two halves, each read in the order of its index.
    private static string Sql(ChangeQuery query)
    {
        string touched = query.Box is not { } box ? "" : query.ListingsUpTo is not null
            ? $"AND {ListingFilter.Inside(box, "logged.lat", "logged.lng")}"
            : $"AND ({ListingFilter.Inside(box, "logged.lat", "logged.lng")} OR {ListingFilter.Inside(box, "logged.old_lat", "logged.old_lng")})";
        string upTo = query.UpTo is null ? "" : "AND logged.position <= @last";
        string listings = $"""
            SELECT * FROM (SELECT {Entry}, {Columns("properties")}
            FROM flipr_changes AS logged JOIN properties ON properties.id = logged.id
            WHERE logged.is_current = 1 AND logged.kind <> 'deleted' AND logged.position > @after {(query.ListingsUpTo is null ? "" : "AND logged.position <= @upTo")} {upTo} {touched}
            ORDER BY logged.position LIMIT @limit)
            """;
        return query.ListingsUpTo is not null ? listings : $"""
            {listings} UNION ALL
            SELECT * FROM (SELECT {Entry}, {Columns("logged")}
            FROM flipr_changes AS logged
            WHERE (logged.is_current <> 1 OR logged.kind = 'deleted') AND logged.position > @after {upTo} {touched}
            ORDER BY logged.position LIMIT @limit)
            ORDER BY position LIMIT @limit
            """;

        string Columns(string table) => query.OnlyIds ? ListingColumns.OnlyId(table) : SqliteListingColumns.Of(table);
    }
}
