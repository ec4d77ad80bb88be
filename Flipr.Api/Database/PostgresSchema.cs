using Flipr.Api.Changes;
using Flipr.Api.Listings;
using Npgsql;

namespace Flipr.Api.Database;

/// <summary>The table in PostgreSQL.</summary>
internal static class PostgresSchema
{
    /// <summary>The advisory lock that instances starting at once take turns with: "flipr" in ASCII.</summary>
    private const long LockKey = 0x666C697072;

    private const string LockPatience = "2s";

    private static readonly (string Name, string Type)[] Columns =
    [
        ("address", "TEXT"), ("lat", "REAL"), ("lng", "REAL"), ("price", "REAL"), ("bedrooms", "INTEGER"), ("bathrooms", "REAL"), ("intensity", "REAL"),
        ("deal_rating", "TEXT"), ("ai_evaluation_reasoning", "TEXT"), ("property_data", "JSONB"), ("timestamp", "INTEGER"),

        // JSONB changes how numbers are spelled (1e5, -0) and the order of keys: this is the text as it was accepted. It counts only while
        // it means the same as property_data, which the old backend or a hand may have written since.
        ("property_text", "TEXT"),

        // Whether whoever stored the listing last had the API key; null where nobody is told apart, and for what others wrote.
        ("stored_with_key", "BOOLEAN"),

        // REAL has 4 bytes here. These hold the 8-byte values of property_data, whoever writes it.
        ("lat_exact", Exact("lat")), ("lng_exact", Exact("lng")), ("price_exact", Exact("price")), ("intensity_exact", Exact("intensity")),
    ];

    // A generated column must never make somebody's write fail, so what no double can hold falls back to the 4-byte column. NaN, which the old
    // backend could write there and which PostgreSQL holds greater than every number, is none.
    private const string NumberFunction = """
        CREATE OR REPLACE FUNCTION flipr_number(value jsonb, fallback real) RETURNS double precision
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN CASE
            WHEN jsonb_typeof(value) = 'number' AND (value::numeric = 0 OR abs(value::numeric) BETWEEN 1e-300 AND 1e300) THEN value::double precision
            ELSE NULLIF(fallback, 'NaN')::text::double precision
        END
        """;

    /// <summary>Creates the table, its index and the change log, or adds what an older state lacks; nothing is changed or dropped.</summary>
    public static async Task<LogState> ApplyAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey})");

        // What changes the table waits for every running transaction and holds up all later ones: so it runs only when something is missing.
        HashSet<string> existing = await ReadAsync(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('properties') AND attnum > 0 AND NOT attisdropped");
        List<(string Name, string Type)> missing = [.. Columns.Where(column => !existing.Contains(column.Name))];
        bool hasIndex = (await ReadAsync("SELECT 'there' WHERE to_regclass('properties_newest') IS NOT NULL")).Count > 0;
        bool hasTriggers = (await ReadAsync(PostgresChangeLogSchema.Triggers)).Count == PostgresChangeLogSchema.TriggerCount;
        if (existing.Count == 0)
        {
            await ExecuteAsync("CREATE TABLE properties (id TEXT PRIMARY KEY)");
        }
        else if (missing.Count > 0 || !hasIndex || !hasTriggers)
        {
            // The strongest lock at once: one that grew would meet a writer who has looked before it writes in a deadlock. And not for
            // long: behind a lock that is waited for, everybody waits. The next attempt comes at once.
            await ExecuteAsync($"SET LOCAL lock_timeout = '{LockPatience}'");
            await ExecuteAsync("LOCK TABLE properties IN ACCESS EXCLUSIVE MODE");
        }

        if (missing.Count > 0)
        {
            await ExecuteAsync(NumberFunction);
            // A generated column may refer only to columns that are there before its statement.
            foreach (var some in missing.GroupBy(column => column.Type.Contains("GENERATED", StringComparison.Ordinal)).OrderBy(group => group.Key))
            {
                await ExecuteAsync($"ALTER TABLE properties {string.Join(", ", some.Select(column => $"ADD COLUMN {column.Name} {column.Type}"))}");
            }
        }

        if (!hasIndex)
        {
            await ExecuteAsync("""CREATE INDEX properties_newest ON properties (timestamp DESC NULLS LAST, id COLLATE "C")""");
        }

        await ExecuteAsync(PostgresChangeOrigins.Schema);
        await ExecuteAsync(PostgresUpdateRequests.Schema);
        LogState state = await PostgresChangeLogSchema.ApplyAsync(transaction, hasTriggers, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return state;

        async Task ExecuteAsync(string sql)
        {
            // Rewriting a large table takes as long as it takes.
            await using var command = new NpgsqlCommand(sql, connection, transaction) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<HashSet<string>> ReadAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            var values = new HashSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken))
            {
                values.Add(reader.GetString(0));
            }

            return values;
        }
    }

    private static string Exact(string column) =>
        $"DOUBLE PRECISION GENERATED ALWAYS AS (flipr_number(property_data -> '{column}', {column})) STORED";
}
