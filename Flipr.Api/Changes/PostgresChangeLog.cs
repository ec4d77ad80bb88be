using Flipr.Api.Database;
using Flipr.Api.Listings;
using Npgsql;

namespace Flipr.Api.Changes;

/// <summary>The change log in PostgreSQL.</summary>
internal sealed class PostgresChangeLog(PostgresDatabase database) : IChangeLog
{
    private const int StateColumns = 3;

    // The next entry of the same listing, which holds the state that this one had brought; none while that stands in the table. With a limit, and not in an
    // EXISTS, which would drop it, it is looked up by the index for each entry, whatever the planner thinks of the log's size.
    private static string Later(string columns) =>
        $"SELECT {columns} FROM flipr_changes AS later WHERE later.id = logged.id AND later.position > logged.position ORDER BY later.position LIMIT 1";

    private static readonly string IsLast = $"({Later("later.position")}) IS NULL";

    // What an entry brought stands on the next one of its listing, or in the table while there is none.
    private static readonly string States = string.Join(", ", PostgresChangeLogSchema.Columns.Select(
        column => $"CASE WHEN later.position IS NULL THEN properties.{column} ELSE later.{column} END AS {column}"));

    private static readonly string IsForgettable = $"(kind = 'deleted' OR NOT ({IsLast}))";

    private static readonly string Forgotten = string.Join(", ", PostgresChangeLogSchema.Columns.Select(column => $"{column} = NULL"));

    // The size as it is stored, compressed and perhaps aside: read off the row alone, however long the value is.
    private static readonly string Sizes = $"""
        SELECT position,
            CASE kind WHEN 'new' THEN 0 ELSE {LogEntrySize.Overhead} + {string.Join(" + ", PostgresChangeLogSchema.Columns.Select(column => $"COALESCE(pg_column_size({column}), 0)"))} END::bigint,
            made_at
        FROM flipr_changes WHERE position > @after ORDER BY position LIMIT @limit
        """;

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
                forgotten += await ForgetAsync(after, step.UpTo, cancellationToken);
            }
        }

        return forgotten;
    }

    public Task<IReadOnlyList<LogEntrySize>> ReadSizesAsync(long after, int limit, CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand(Sizes);
            command.Parameters.Add(new NpgsqlParameter<long>("after", after));
            command.Parameters.Add(new NpgsqlParameter<int>("limit", limit));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            var sizes = new List<LogEntrySize>();
            while (await reader.ReadAsync(token))
            {
                sizes.Add(new LogEntrySize(reader.GetInt64(0), reader.GetInt64(1), new DateTimeOffset(reader.GetDateTime(2))));
            }

            return (IReadOnlyList<LogEntrySize>)sizes;
        },
        cancellationToken);

    public Task<int> ForgetAsync(long after, long upTo, CancellationToken cancellationToken) =>
        database.RunAsync((source, token) => ForgetAsync(source, after, upTo, token), cancellationToken);

    private static async Task<PruneStep?> FindOldAsync(NpgsqlDataSource source, long after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = source.CreateCommand(PruneStep.Sql(IsForgettable));
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
        // Always in one order: another instance may be at it.
        NpgsqlBatchCommand entries = Add($"DELETE FROM flipr_changes WHERE position IN ({Piece(IsForgettable)})");
        // A listing's last entry stays, and needs no more what it replaced: it is as though the listing were new.
        Add($"UPDATE flipr_changes SET kind = 'new', {Forgotten} WHERE position IN ({Piece("kind = 'updated'")})");
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return (int)entries.RecordsAffected;

        static string Piece(string condition) =>
            $"SELECT position FROM flipr_changes AS logged WHERE position > @after AND position <= @upTo AND {condition} ORDER BY position FOR UPDATE";

        NpgsqlBatchCommand Add(string sql)
        {
            var command = new NpgsqlBatchCommand(sql);
            command.Parameters.Add(new NpgsqlParameter<long>("after", after));
            command.Parameters.Add(new NpgsqlParameter<long>("upTo", upTo));
            batch.BatchCommands.Add(command);
            return command;
        }
    }

    private static string Sql(ChangeQuery query) => $"""
        SELECT state.*, entries.* FROM (SELECT {PostgresChangeLogSchema.State} FROM flipr_log) AS state
        LEFT JOIN ({(query.ListingsUpTo is null ? Entries(query) : Listings(query))}) AS entries ON true
        ORDER BY position
        """;

    // The listings as they were at a position, each at its last change up to there.
    private static string Listings(ChangeQuery query) => $"""
        SELECT logged.position, logged.kind, logged.id AS logged_id, NULL::float8 AS old_lat, NULL::float8 AS old_lng, logged.new_lat_exact, logged.new_lng_exact,
            {Columns(query, "logged")}
        FROM (
            SELECT logged.position, logged.kind, logged.id, logged.new_lat_exact, logged.new_lng_exact, {States}
            FROM flipr_changes AS logged
            LEFT JOIN LATERAL ({Later("*")}) AS later ON true
            LEFT JOIN properties ON later.position IS NULL AND properties.id = logged.id
            WHERE logged.position > @after AND logged.position <= @upTo AND logged.position <= @last AND logged.kind <> 'deleted'
                AND COALESCE(later.position > @upTo, true)
                {(query.Box is { } box ? $"AND {ListingFilter.Inside(box, "logged.new_lat_exact", "logged.new_lng_exact")}" : "")}
            ORDER BY logged.position LIMIT @limit) AS logged
        """;

    // Everything that happened, with what each change left.
    private static string Entries(ChangeQuery query)
    {
        string touching = query.Box is not { } box ? ""
            : $"AND ({ListingFilter.Inside(box, "lat_exact", "lng_exact")} OR {ListingFilter.Inside(box, "new_lat_exact", "new_lng_exact")})";
        return $"""
            SELECT change.position, change.kind, change.id AS logged_id, change.old_lat, change.old_lng, change.new_lat_exact, change.new_lng_exact, {Columns(query, "change")}
            FROM (
                SELECT logged.position, logged.kind, logged.id, logged.lat_exact AS old_lat, logged.lng_exact AS old_lng, logged.new_lat_exact, logged.new_lng_exact, {States}
                FROM (
                    SELECT * FROM flipr_changes WHERE position > @after AND position <= @last {touching} ORDER BY position LIMIT @limit) AS logged
                LEFT JOIN LATERAL ({Later("*")}) AS later ON logged.kind <> 'deleted'
                LEFT JOIN properties ON logged.kind <> 'deleted' AND later.position IS NULL AND properties.id = logged.id) AS change
            ORDER BY change.position
            """;
    }

    private static string Columns(ChangeQuery query, string table) => query.OnlyIds ? ListingColumns.OnlyId(table) : PostgresListingColumns.Of(table);
}
