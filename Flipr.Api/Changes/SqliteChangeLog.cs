using Flipr.Api.Database;
using Flipr.Api.Listings;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Changes;

/// <summary>The change log in SQLite.</summary>
internal sealed class SqliteChangeLog(SqliteDatabase database) : IChangeLog
{
    private const string Entry = "logged.position AS position, logged.kind, logged.id, logged.old_lat, logged.old_lng, logged.lat, logged.lng";

    public Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            var batch = new ChangeBatchBuilder(query);
            batch.State = SqliteChangeLogSchema.ReadState(command);
            command.CommandText = Sql(query);
            command.Parameters.AddWithValue("@after", query.After);
            command.Parameters.AddWithValue("@upTo", query.ListingsUpTo ?? 0);
            command.Parameters.AddWithValue("@limit", query.Limit);
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

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) => database.WriteAsync(
        writer =>
        {
            SqliteCommand horizon = writer.Command(
                "UPDATE flipr_log SET pruned_to = MAX(pruned_to, (SELECT COALESCE(MAX(position), 0) FROM flipr_changes WHERE made_at < @before))");
            horizon.Set("@before", before.ToUnixTimeSeconds());
            horizon.ExecuteNonQuery();
            return writer.Command(
                "DELETE FROM flipr_changes WHERE position <= (SELECT pruned_to FROM flipr_log) AND (is_current <> 1 OR kind = 'deleted')").ExecuteNonQuery();
        },
        cancellationToken);

    // A listing's last state stands in the table, earlier ones in the log: two halves, each read in the order of its index.
    private static string Sql(ChangeQuery query)
    {
        string touched = query.Box is not { } box ? "" : query.ListingsUpTo is not null
            ? $"AND {ListingFilter.Inside(box, "logged.lat", "logged.lng")}"
            : $"AND ({ListingFilter.Inside(box, "logged.lat", "logged.lng")} OR {ListingFilter.Inside(box, "logged.old_lat", "logged.old_lng")})";
        string listings = $"""
            SELECT * FROM (SELECT {Entry}, {SqliteListingColumns.Of("properties")}
            FROM flipr_changes AS logged JOIN properties ON properties.id = logged.id
            WHERE logged.is_current = 1 AND logged.kind <> 'deleted' AND logged.position > @after {(query.ListingsUpTo is null ? "" : "AND logged.position <= @upTo")} {touched}
            ORDER BY logged.position LIMIT @limit)
            """;
        return query.ListingsUpTo is not null ? listings : $"""
            {listings} UNION ALL
            SELECT * FROM (SELECT {Entry}, {SqliteListingColumns.Of("logged")}
            FROM flipr_changes AS logged
            WHERE (logged.is_current <> 1 OR logged.kind = 'deleted') AND logged.position > @after {touched}
            ORDER BY logged.position LIMIT @limit)
            ORDER BY position LIMIT @limit
            """;
    }
}
