using Flipr.Api.Database;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>The requests that are remembered in SQLite: <c>flipr_requests</c>, written in the transaction that stores their listings.</summary>
internal static class SqliteUpdateRequests
{
    /// <summary>Makes the table; moments are Unix seconds.</summary>
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS flipr_requests (key TEXT PRIMARY KEY, body TEXT NOT NULL, id TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS flipr_requests_expiring ON flipr_requests (expires_at)
        """;

    private const string Now = "CAST(strftime('%s', 'now') AS INTEGER)";

    // A listing that is deleted, and then posted again, is wanted again.
    private const string Read = $"""
        SELECT body, id FROM flipr_requests
        WHERE key = @key AND expires_at > {Now} AND (NOT @is_known_by_body OR EXISTS (SELECT 1 FROM properties WHERE properties.id = flipr_requests.id))
        """;

    private const string Write = $"INSERT OR REPLACE INTO flipr_requests (key, body, id, expires_at) VALUES (@key, @body, @id, {Now} + @seconds)";

    // More than are written: so the table holds what is remembered, and not much more.
    private const string Forget = $"DELETE FROM flipr_requests WHERE key IN (SELECT key FROM flipr_requests WHERE expires_at <= {Now} ORDER BY expires_at LIMIT 2)";

    /// <summary>What became of the change, when its request is known from another time; else null.</summary>
    public static ChangeOutcome? Find(SqliteWriter writer, UpdateRequest request)
    {
        SqliteCommand command = writer.Command(Read);
        command.Set("@key", request.Key);
        command.Set("@is_known_by_body", request.IsKnownByBody);
        using SqliteDataReader reader = command.ExecuteReader();
        return reader.Read() ? ChangeOutcome.Of(request, reader.GetString(0), reader.GetString(1)) : null;
    }

    /// <summary>Remembers the request of a change that was made.</summary>
    public static void WriteTo(SqliteWriter writer, string id, UpdateRequest request)
    {
        SqliteCommand command = writer.Command(Write);
        command.Set("@key", request.Key);
        command.Set("@body", request.BodyHash);
        command.Set("@id", id);
        command.Set("@seconds", (long)request.Kept.TotalSeconds);
        command.ExecuteNonQuery();
        writer.Command(Forget).ExecuteNonQuery();
    }
}
