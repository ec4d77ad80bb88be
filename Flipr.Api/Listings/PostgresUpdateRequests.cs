using Npgsql;

namespace Flipr.Api.Listings;

/// <summary>
/// The requests that are remembered in PostgreSQL: <c>flipr_requests</c>, written in the transaction that stores their listings. A batch in which no request is to be remembered
/// has nothing to do with it.
/// </summary>
internal static class PostgresUpdateRequests
{
    /// <summary>Makes the table.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS flipr_requests (
            key TEXT PRIMARY KEY,
            body TEXT NOT NULL,
            id TEXT NOT NULL,
            expires_at TIMESTAMPTZ NOT NULL);
        CREATE INDEX IF NOT EXISTS flipr_requests_expiring ON flipr_requests (expires_at)
        """;

    /// <summary>That a row of <c>flipr_requests</c> was written by this transaction: its request is to be applied.</summary>
    public const string IsMine = "flipr_requests.xmin = pg_current_xact_id()::xid";

    // Whoever comes second, also through another instance, waits here for the first one's transaction. Every row is locked by this, also one that is left as it is; in one order,
    // and before any listing's, so that instances cannot block each other for good.
    private const string Claim = """
        INSERT INTO flipr_requests (key, body, id, expires_at)
        SELECT key, body, id, now() + make_interval(secs => seconds) FROM unnest(@key, @body, @id, @seconds) AS posted (key, body, id, seconds) ORDER BY key COLLATE "C"
        ON CONFLICT (key) DO UPDATE SET body = excluded.body, id = excluded.id, expires_at = excluded.expires_at WHERE flipr_requests.expires_at <= now()
        """;

    // A listing that is deleted, and then posted again, is wanted again. A statement of its own: it sees what the transaction that was waited for has stored.
    private const string ClaimDeleted = """
        UPDATE flipr_requests SET id = posted.id, expires_at = now() + make_interval(secs => posted.seconds)
        FROM unnest(@key, @id, @seconds) AS posted (key, id, seconds)
        WHERE flipr_requests.key = posted.key AND flipr_requests.id <> posted.id AND NOT EXISTS (SELECT FROM properties WHERE properties.id = flipr_requests.id)
        """;

    // Twice as many as are written: so the table holds what is remembered, and not much more. What another instance is at is left to it.
    private const string Forget = """
        DELETE FROM flipr_requests WHERE key IN (
            SELECT key FROM flipr_requests WHERE expires_at <= now() ORDER BY expires_at LIMIT @limit FOR UPDATE SKIP LOCKED)
        """;

    private const string Read = $"SELECT key, body, id, {IsMine} FROM flipr_requests WHERE key = ANY (@key)";

    private const string Release = $"""
        DELETE FROM flipr_requests WHERE key = ANY (@key) AND {IsMine}
            AND NOT EXISTS (SELECT FROM properties WHERE properties.id = flipr_requests.id AND properties.xmin = pg_current_xact_id()::xid)
        """;

    /// <summary>Adds what claims the requests of these changes, and reads (<see cref="ReadAsync"/>) which of them were known before.</summary>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<ListingChange> changes)
    {
        NpgsqlBatchCommand claim = Add(batch, Claim, changes);
        claim.Parameters.Add(new NpgsqlParameter<string[]>("body", [.. changes.Select(change => change.Request!.BodyHash)]));
        AddTo(claim, changes);
        ListingChange[] knownByBody = [.. changes.Where(change => change.Request!.IsKnownByBody)];
        if (knownByBody.Length > 0)
        {
            AddTo(Add(batch, ClaimDeleted, knownByBody), knownByBody);
        }

        Add(batch, Read, changes);
        var forget = new NpgsqlBatchCommand(Forget);
        forget.Parameters.Add(new NpgsqlParameter<int>("limit", 2 * changes.Count));
        batch.BatchCommands.Add(forget);
    }

    /// <summary>Adds what forgets those of the requests whose listing was not stored after all: what was refused is refused again.</summary>
    public static void AddReleaseTo(NpgsqlBatch batch, IReadOnlyList<ListingChange> changes) => Add(batch, Release, changes);

    /// <summary>Reads what is remembered of the requests that are not to be applied, by their keys.</summary>
    public static async Task<Dictionary<string, (string Body, string Id)>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.GetBoolean(3))
            {
                known.Add(reader.GetString(0), (reader.GetString(1), reader.GetString(2)));
            }
        }

        return known;
    }

    private static NpgsqlBatchCommand Add(NpgsqlBatch batch, string sql, IEnumerable<ListingChange> changes)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string[]>("key", [.. changes.Select(change => change.Request!.Key)]));
        batch.BatchCommands.Add(command);
        return command;
    }

    private static void AddTo(NpgsqlBatchCommand command, IReadOnlyList<ListingChange> changes)
    {
        command.Parameters.Add(new NpgsqlParameter<string[]>("id", [.. changes.Select(change => change.Id)]));
        command.Parameters.Add(new NpgsqlParameter<int[]>("seconds", [.. changes.Select(change => (int)change.Request!.Kept.TotalSeconds)]));
    }
}
