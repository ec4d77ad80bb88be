using Flipr.Api.Database;
using Flipr.Api.Security;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>
/// Which listings were last stored with the API key: <c>flipr_keyed</c>. A table and no column, as in PostgreSQL: the old backend may insert rows without naming the columns, and then
/// SQLite takes none more.
/// </summary>
internal static class SqliteKeyedListings
{
    /// <summary>Makes the table.</summary>
    public const string Schema = "CREATE TABLE IF NOT EXISTS flipr_keyed (id TEXT PRIMARY KEY) WITHOUT ROWID";

    // What is deleted behind our back is nobody's, until it is there again.
    private const string IsProtected = "SELECT EXISTS (SELECT 1 FROM flipr_keyed JOIN properties USING (id) WHERE id = @id)";

    /// <summary>Whether this sender must not change the listing.</summary>
    public static bool IsProtectedFrom(ChangeSender sender, SqliteWriter writer, string id) =>
        sender == ChangeSender.Anonymous && (long)Command(writer, IsProtected, id).ExecuteScalar()! != 0;

    /// <summary>Writes down who stored the listing.</summary>
    public static void WriteTo(SqliteWriter writer, string id, ChangeSender sender)
    {
        if (sender == ChangeSender.Keyed)
        {
            Command(writer, "INSERT OR IGNORE INTO flipr_keyed (id) VALUES (@id)", id).ExecuteNonQuery();
        }
        else
        {
            Forget(writer, id);
        }
    }

    /// <summary>The listing is nobody's any more.</summary>
    public static void Forget(SqliteWriter writer, string id) => Command(writer, "DELETE FROM flipr_keyed WHERE id = @id", id).ExecuteNonQuery();

    private static SqliteCommand Command(SqliteWriter writer, string sql, string id)
    {
        SqliteCommand command = writer.Command(sql);
        command.Set("@id", id);
        return command;
    }
}
