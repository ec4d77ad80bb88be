using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>
/// The change log in SQLite (docs/architecture.md): <c>flipr_changes</c>, written by triggers, so that every writer is logged: this backend, the
/// old one, a hand. SQLite has one writer at a time, so positions are committed in their own order.
/// </summary>
internal static class SqliteChangeLogSchema
{
    // What a change replaced moves from the table into the log, on the entry that had brought it: so the log keeps every state for those who
    // have not read it yet, and costs nothing for what is never changed. Positions are never used twice: AUTOINCREMENT.
    private const string Create = """
        CREATE TABLE IF NOT EXISTS flipr_log (one INTEGER PRIMARY KEY CHECK (one = 1), database_id TEXT NOT NULL, pruned_to INTEGER NOT NULL DEFAULT 0);
        INSERT OR IGNORE INTO flipr_log (one, database_id) VALUES (1, lower(hex(randomblob(6))));
        CREATE TABLE IF NOT EXISTS flipr_changes (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            made_at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER)),
            is_current INTEGER NOT NULL DEFAULT 1,
            old_lat REAL, old_lng REAL,
            lat REAL, lng REAL,
            address TEXT, price REAL, bedrooms INTEGER, bathrooms REAL, intensity REAL,
            deal_rating TEXT, ai_evaluation_reasoning TEXT, property_data TEXT, timestamp INTEGER);
        CREATE UNIQUE INDEX IF NOT EXISTS flipr_changes_current ON flipr_changes (id) WHERE is_current = 1;
        """;

    private const string ReplaceOld = """
        UPDATE flipr_changes SET
            is_current = 0, address = OLD.address, price = OLD.price, bedrooms = OLD.bedrooms, bathrooms = OLD.bathrooms, intensity = OLD.intensity,
            deal_rating = OLD.deal_rating, ai_evaluation_reasoning = OLD.ai_evaluation_reasoning, property_data = OLD.property_data, timestamp = OLD.timestamp
        WHERE id = OLD.id AND is_current = 1
        """;

    // An id that is new to the log gets its entry at once. One that is there (deleted before, or replaced by INSERT OR REPLACE) gets it made aside, then
    // put in the place of what was current: the last three statements find nothing to do otherwise, which costs less than asking once for everything.
    private static readonly string InsertedEntry = $"""
        INSERT INTO flipr_changes (id, kind, is_current, lat, lng)
        VALUES (NEW.id, 'new', NOT EXISTS (SELECT 1 FROM flipr_changes WHERE id = NEW.id AND is_current = 1), {SqliteSchema.Number("NEW.lat")}, {SqliteSchema.Number("NEW.lng")});
        UPDATE flipr_changes SET kind = iif(was.kind <> 'deleted', 'updated', 'new'), old_lat = was.lat, old_lng = was.lng
        FROM flipr_changes AS was WHERE flipr_changes.position = last_insert_rowid() AND flipr_changes.is_current = 0 AND was.id = NEW.id AND was.is_current = 1;
        UPDATE flipr_changes SET is_current = 0 WHERE id = NEW.id AND is_current = 1 AND position <> last_insert_rowid();
        UPDATE flipr_changes SET is_current = 1 WHERE position = last_insert_rowid() AND is_current = 0
        """;

    private static readonly string DeletedEntry = $"""
        {ReplaceOld};
        INSERT INTO flipr_changes (id, kind, old_lat, old_lng) VALUES (OLD.id, 'deleted', {SqliteSchema.Number("OLD.lat")}, {SqliteSchema.Number("OLD.lng")})
        """;

    private static readonly string UpdatedEntry = $"""
        {ReplaceOld};
        INSERT INTO flipr_changes (id, kind, lat, lng, old_lat, old_lng)
        VALUES (NEW.id, 'updated', {SqliteSchema.Number("NEW.lat")}, {SqliteSchema.Number("NEW.lng")}, {SqliteSchema.Number("OLD.lat")}, {SqliteSchema.Number("OLD.lng")})
        """;

    // INSERT OR REPLACE, which the old backend may use, deletes the old row without a delete trigger. What it replaces is saved before that,
    // on an entry that stays current: an INSERT OR IGNORE fires this too and then changes nothing.
    private const string SaveReplaced = """
        UPDATE flipr_changes SET
            address = was.address, price = was.price, bedrooms = was.bedrooms, bathrooms = was.bathrooms, intensity = was.intensity,
            deal_rating = was.deal_rating, ai_evaluation_reasoning = was.ai_evaluation_reasoning, property_data = was.property_data, timestamp = was.timestamp
        FROM properties AS was WHERE was.id = NEW.id AND flipr_changes.id = NEW.id AND flipr_changes.is_current = 1
        """;

    private static readonly (string Name, string When, string Body)[] Triggers =
    [
        ("flipr_log_replacing", "BEFORE INSERT ON properties WHEN EXISTS (SELECT 1 FROM properties WHERE id = NEW.id)", SaveReplaced),
        ("flipr_log_insert", "AFTER INSERT ON properties WHEN NEW.id IS NOT NULL", InsertedEntry),
        ("flipr_log_update", "AFTER UPDATE ON properties WHEN OLD.id = NEW.id", UpdatedEntry),
        ("flipr_log_rename", "AFTER UPDATE ON properties WHEN OLD.id <> NEW.id", $"{DeletedEntry}; {InsertedEntry}"),
        ("flipr_log_delete", "AFTER DELETE ON properties WHEN OLD.id IS NOT NULL", DeletedEntry),
    ];

    // What happened while no trigger watched: before there were any, or when the table was made anew.
    private static readonly string CatchUp = $"""
        INSERT INTO flipr_changes (id, kind, is_current, old_lat, old_lng)
        SELECT id, 'deleted', 2, lat, lng FROM flipr_changes
        WHERE is_current = 1 AND kind <> 'deleted' AND id NOT IN (SELECT id FROM properties WHERE id IS NOT NULL);
        UPDATE flipr_changes SET is_current = 0 WHERE is_current = 1 AND id IN (SELECT id FROM flipr_changes WHERE is_current = 2);
        UPDATE flipr_changes SET is_current = 1 WHERE is_current = 2;
        UPDATE flipr_changes SET is_current = 0 WHERE is_current = 1 AND kind = 'deleted' AND id IN (SELECT id FROM properties);
        INSERT INTO flipr_changes (id, kind, lat, lng)
        SELECT id, 'new', {SqliteSchema.Number("lat")}, {SqliteSchema.Number("lng")} FROM properties
        WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM flipr_changes WHERE is_current = 1)
        ORDER BY {SqliteSchema.Number("timestamp")}, id;
        """;

    /// <summary>Creates the log where it is missing, and gives its state.</summary>
    /// <param name="connection">A connection in the transaction that sets the schema up.</param>
    public static LogState Apply(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = Create;
        command.ExecuteNonQuery();

        if (!ReadTriggers(command).SetEquals(Triggers.Select(Definition)))
        {
            command.CommandText = string.Concat(Triggers.Select(trigger => $"DROP TRIGGER IF EXISTS {trigger.Name}; {Definition(trigger)}; ")) + CatchUp;
            command.ExecuteNonQuery();
        }

        return ReadState(command);
    }

    private static string Definition((string Name, string When, string Body) trigger) => $"CREATE TRIGGER {trigger.Name} {trigger.When} BEGIN {trigger.Body}; END";

    // SQLite keeps the text that made a trigger: so those of an earlier version, or changed by hand, are told from these.
    private static HashSet<string> ReadTriggers(SqliteCommand command)
    {
        command.CommandText = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'properties' AND name GLOB 'flipr_log_*'";
        using SqliteDataReader reader = command.ExecuteReader();
        var triggers = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            triggers.Add(reader.GetString(0));
        }

        return triggers;
    }

    /// <summary>Reads the log's state.</summary>
    public static LogState ReadState(SqliteCommand command)
    {
        command.CommandText = """
            SELECT database_id, pruned_to, MAX(pruned_to, (SELECT COALESCE(MAX(position), 0) FROM flipr_changes)) FROM flipr_log
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        reader.Read();
        return new LogState(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
