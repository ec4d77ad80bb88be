using Flipr.Api.Database;
using Flipr.Api.Listings;
using Npgsql;

namespace Flipr.Api.Changes;

/// <summary>The change log in PostgreSQL.</summary>
internal sealed class PostgresChangeLog(PostgresDatabase database) : IChangeLog
{
    private const string Entry = "logged.position, logged.kind, logged.id AS logged_id, logged.old_lat_exact, logged.old_lng_exact, logged.lat_exact AS new_lat, logged.lng_exact AS new_lng";
    private const int StateColumns = 3;

    public Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand(Sql(query));
            command.Parameters.Add(new NpgsqlParameter<long>("after", query.After));
            command.Parameters.Add(new NpgsqlParameter<long>("upTo", query.ListingsUpTo ?? 0));
            command.Parameters.Add(new NpgsqlParameter<int>("limit", query.Limit));
            command.Parameters.Add(new NpgsqlParameter<long>("last", query.UpTo ?? long.MaxValue));
            if (query.Box is { } box)
            {
                ListingFilter.AddBox(box, command);
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            var batch = new ChangeBatchBuilder(query);
            while (await reader.ReadAsync(token))
            {
                batch.State ??= PostgresChangeLogSchema.ReadState(reader, 0); // The same in every row.
                if (!reader.IsDBNull(StateColumns) && !batch.Add(ChangeColumns.Read(reader, StateColumns, batch.State.DatabaseId, isListing: query.ListingsUpTo is not null)))
                {
                    break;
                }
            }

            return batch.Build();
        },
        cancellationToken);

    public Task<LogState> ReadStateAsync(CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand($"SELECT {PostgresChangeLogSchema.State} FROM flipr_log");
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return PostgresChangeLogSchema.ReadState(reader, 0);
        },
        cancellationToken);

    public async Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        int forgotten = 0;
        for (PruneStep? step = new(0, 0); step is not null;)
        {
            long after = step.UpTo;
            step = await database.RunAsync((source, token) => FindOldAsync(source, after, before, token), cancellationToken);
            if (step is { Count: > 0 })
            {
                forgotten += await database.RunAsync((source, token) => ForgetAsync(source, after, step.UpTo, token), cancellationToken);
            }
        }

        return forgotten;
    }

    private static async Task<PruneStep?> FindOldAsync(NpgsqlDataSource source, long after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = source.CreateCommand(PruneStep.Sql("NOT is_current OR kind = 'deleted'"));
        command.Parameters.Add(new NpgsqlParameter<long>("after", after));
        command.Parameters.Add(new NpgsqlParameter<DateTime>("before", before.UtcDateTime));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return PruneStep.Read(reader);
    }

    private static async Task<int> ForgetAsync(NpgsqlDataSource source, long after, long upTo, CancellationToken cancellationToken)
    {
        // First the horizon, then what lies before it, in one transaction: nobody sees a log with gaps and no horizon.
        await using NpgsqlBatch batch = source.CreateBatch();
        var horizon = new NpgsqlBatchCommand("UPDATE flipr_log SET pruned_to = @upTo WHERE pruned_to < @upTo");
        horizon.Parameters.Add(new NpgsqlParameter<long>("upTo", upTo));
        batch.BatchCommands.Add(horizon);
        // What another instance prunes, or a writer holds, is no reason to wait: the next time will do.
        var entries = new NpgsqlBatchCommand("""
            DELETE FROM flipr_changes WHERE position IN (
                SELECT position FROM flipr_changes
                WHERE position > @after AND position <= @upTo AND (NOT is_current OR kind = 'deleted') FOR UPDATE SKIP LOCKED)
            """);
        entries.Parameters.Add(new NpgsqlParameter<long>("after", after));
        entries.Parameters.Add(new NpgsqlParameter<long>("upTo", upTo));
        batch.BatchCommands.Add(entries);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)entries.RecordsAffected;
    }

    // A listing's last state stands in the table, earlier ones in the log: two halves, each read in the order of its index.
    private static string Sql(ChangeQuery query)
    {
        string touched = query.Box is not { } box ? "" : query.ListingsUpTo is not null
            ? $"AND {ListingFilter.Inside(box, "logged.lat_exact", "logged.lng_exact")}"
            : $"AND ({ListingFilter.Inside(box, "logged.lat_exact", "logged.lng_exact")} OR {ListingFilter.Inside(box, "logged.old_lat_exact", "logged.old_lng_exact")})";
        string upTo = query.UpTo is null ? "" : "AND logged.position <= @last";
        string listings = $"""
            SELECT {Entry}, {Columns("properties")}
            FROM flipr_changes AS logged JOIN properties ON properties.id = logged.id
            WHERE logged.is_current AND logged.kind <> 'deleted' AND logged.position > @after {(query.ListingsUpTo is null ? "" : "AND logged.position <= @upTo")} {upTo} {touched}
            ORDER BY logged.position LIMIT @limit
            """;
        string entries = query.ListingsUpTo is not null ? listings : $"""
            ({listings}) UNION ALL (
            SELECT {Entry}, {Columns("logged")}
            FROM flipr_changes AS logged
            WHERE (NOT logged.is_current OR logged.kind = 'deleted') AND logged.position > @after {upTo} {touched}
            ORDER BY logged.position LIMIT @limit)
            ORDER BY position LIMIT @limit
            """;
        return $"""
            SELECT state.*, entries.* FROM (SELECT {PostgresChangeLogSchema.State} FROM flipr_log) AS state LEFT JOIN ({entries}) AS entries ON true
            ORDER BY position
            """;

        string Columns(string table) => query.OnlyIds ? ListingColumns.OnlyId(table) : PostgresListingColumns.Of(table);
    }
}
