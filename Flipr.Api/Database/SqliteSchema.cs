using Flipr.Api.Changes;
using Flipr.Api.Listings;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>The table in SQLite.</summary>
internal static class SqliteSchema
{
    /// <summary>The table's columns besides its id.</summary>
    public static readonly IReadOnlyList<(string Name, string Type)> Columns =
    [
        ("address", "TEXT"), ("lat", "REAL"), ("lng", "REAL"), ("price", "REAL"), ("bedrooms", "INTEGER"), ("bathrooms", "REAL"), ("intensity", "REAL"),
        ("deal_rating", "TEXT"), ("ai_evaluation_reasoning", "TEXT"), ("property_data", "TEXT"), ("timestamp", "INTEGER"),
    ];

    /// <summary>The same as they stand in a table's definition.</summary>
    public static readonly string ColumnDefinitions = string.Join(", ", Columns.Select(column => $"{column.Name} {column.Type}"));

    /// <summary>A column's number. SQLite allows text in it too, which compares above every number: it counts as none.</summary>
    public static string Number(string column) => $"CASE typeof({column}) WHEN 'text' THEN NULL ELSE {column} END";

    /// <summary>Creates the table, its index and the change log, or adds what an older state lacks; nothing is changed or dropped.</summary>
    public static LogState Apply(SqliteConnection connection)
    {
        // Readers go on while somebody writes; a commit is on the disk before it is acknowledged.
        Execute(connection, "PRAGMA journal_mode = WAL");
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        Execute(connection, $"CREATE TABLE IF NOT EXISTS properties (id TEXT PRIMARY KEY, {ColumnDefinitions})");
        HashSet<string> existing = ExistingColumns(connection);
        foreach ((string name, string type) in Columns.Where(column => !existing.Contains(column.Name)))
        {
            Execute(connection, $"ALTER TABLE properties ADD COLUMN {name} {type}");
        }

        Execute(connection, $"CREATE INDEX IF NOT EXISTS properties_newest ON properties ({Number("timestamp")} DESC, id)");
        Execute(connection, SqliteChangeOrigins.Schema);
        Execute(connection, SqliteUpdateRequests.Schema);
        Execute(connection, SqliteKeyedListings.Schema);
        LogState state = SqliteChangeLogSchema.Apply(connection);
        transaction.Commit();
        return state;
    }

    private static HashSet<string> ExistingColumns(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info('properties')";
        using SqliteDataReader reader = command.ExecuteReader();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
