using Microsoft.Data.Sqlite;

namespace Flipr.Api.Database;

/// <summary>
/// The change log in SQLite (docs/architecture.md): <c>flipr_changes</c>, written by triggers, so that every writer is logged: this backend, the
/// old one, a hand. SQLite has one writer at a time, so positions are committed in their own order.
/// </summary>
internal static class SqliteChangeLogSchema
{
    // An entry holds what it replaced, and is not written again until that is forgotten. So every state is kept for those who have not read it yet: it stands on
    // the next entry of its listing, or in the table; a listing that is never changed is stored once. Positions are never used twice: AUTOINCREMENT.
    private static readonly string Create = $"""
        CREATE TABLE IF NOT EXISTS flipr_log (one INTEGER PRIMARY KEY CHECK (one = 1), database_id TEXT NOT NULL, pruned_to INTEGER NOT NULL DEFAULT 0);
        INSERT OR IGNORE INTO flipr_log (one, database_id) VALUES (1, lower(hex(randomblob(6))));
        CREATE TABLE IF NOT EXISTS flipr_changes (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            made_at INTEGER NOT NULL DEFAULT (CAST(strftime('%s', 'now') AS INTEGER)),
            new_lat REAL, new_lng REAL,
            {SqliteSchema.ColumnDefinitions});
        CREATE INDEX IF NOT EXISTS flipr_changes_of_listing ON flipr_changes (id);
        CREATE TABLE IF NOT EXISTS flipr_replacing (id TEXT PRIMARY KEY, {SqliteSchema.ColumnDefinitions}) WITHOUT ROWID;
        """;

    // The log's first form marked each listing's last entry. It begins anew, with another id: every client is told to load everything again.
    private const string IsFirstForm = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('flipr_changes') WHERE name = 'is_current')";

    private const string DropFirstForm = "DROP TABLE flipr_changes; DROP TABLE IF EXISTS flipr_log; DELETE FROM flipr_origins";

    private static readonly string Replacing = string.Join(", ", SqliteSchema.Columns.Select(column => column.Name));

    private static readonly string UpdatedEntry =
        $"INSERT INTO flipr_changes (id, kind, new_lat, new_lng, {Replacing}) VALUES (NEW.id, 'updated', NEW.lat, NEW.lng, {Of("OLD")})";

    private static readonly string DeletedEntry = $"INSERT INTO flipr_changes (id, kind, {Replacing}) SELECT OLD.id, 'deleted', {Of("OLD")} WHERE OLD.id IS NOT NULL";

    private const string NewEntry = "INSERT INTO flipr_changes (id, kind, new_lat, new_lng) VALUES (NEW.id, 'new', NEW.lat, NEW.lng)";

    // What was laid aside may be left over from before: whether a row is replaced is known from the log.
    private static readonly string ReplacedEntry = $"""
        INSERT INTO flipr_changes (id, kind, new_lat, new_lng, {Replacing})
        SELECT NEW.id, iif(was.id IS NULL, 'new', 'updated'), NEW.lat, NEW.lng, {Of("was")} FROM (SELECT 1) LEFT JOIN flipr_replacing AS was
        ON was.id = NEW.id AND (SELECT kind FROM flipr_changes WHERE id = NEW.id ORDER BY position DESC LIMIT 1) <> 'deleted'
        WHERE NEW.id IS NOT NULL
        """;

    // INSERT OR REPLACE, which the old backend may use, and UPDATE OR REPLACE delete a row without a delete trigger. So it is laid aside before that. An
    // INSERT OR IGNORE fires this too and then changes nothing: it stays lying there until the next time.
    private static readonly string LayAside = $"""
        DELETE FROM flipr_replacing;
        INSERT INTO flipr_replacing SELECT id, {Replacing} FROM properties WHERE id = NEW.id
        """;

    private const string IsLaidAside = "EXISTS (SELECT 1 FROM flipr_replacing WHERE id = NEW.id)";

    private static readonly (string Name, string When, string Body)[] Triggers =
    [
        ("flipr_log_replacing", "BEFORE INSERT ON properties WHEN EXISTS (SELECT 1 FROM properties WHERE id = NEW.id)", LayAside),
        ("flipr_log_renaming", "BEFORE UPDATE ON properties WHEN OLD.id IS NOT NEW.id AND EXISTS (SELECT 1 FROM properties WHERE id = NEW.id)", LayAside),
        ("flipr_log_insert", $"AFTER INSERT ON properties WHEN NEW.id IS NOT NULL AND NOT {IsLaidAside}", NewEntry),
        ("flipr_log_replace", $"AFTER INSERT ON properties WHEN {IsLaidAside}", ReplacedEntry),
        ("flipr_log_update", "AFTER UPDATE ON properties WHEN OLD.id = NEW.id", UpdatedEntry),
        ("flipr_log_rename", "AFTER UPDATE ON properties WHEN OLD.id IS NOT NEW.id", $"{DeletedEntry}; {ReplacedEntry}"),
        ("flipr_log_delete", "AFTER DELETE ON properties", DeletedEntry),
    ];

    // What happened while no trigger watched: before there were any, or when the table was made anew.
    private static readonly string CatchUp = $"""
        INSERT INTO flipr_changes (id, kind, lat, lng)
        SELECT id, 'deleted', new_lat, new_lng FROM (SELECT id, kind, new_lat, new_lng, max(position) FROM flipr_changes GROUP BY id)
        WHERE kind <> 'deleted' AND id NOT IN (SELECT id FROM properties WHERE id IS NOT NULL);
        INSERT INTO flipr_changes (id, kind, new_lat, new_lng)
        SELECT id, 'new', lat, lng FROM properties
        WHERE id IS NOT NULL AND COALESCE((SELECT kind FROM flipr_changes WHERE flipr_changes.id = properties.id ORDER BY position DESC LIMIT 1), 'deleted') = 'deleted'
        ORDER BY {SqliteSchema.Number("timestamp")}, id;
        """;

    private static string Of(string row) => string.Join(", ", SqliteSchema.Columns.Select(column => $"{row}.{column.Name}"));

    /// <summary>Creates the log where it is missing, and gives its state.</summary>
    /// <param name="connection">A connection in the transaction that sets the schema up.</param>
    public static LogState Apply(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = IsFirstForm;
        bool isFirstForm = (long)command.ExecuteScalar()! != 0;
        if (isFirstForm)
        {
            command.CommandText = DropFirstForm;
            command.ExecuteNonQuery();
        }

        command.CommandText = Create;
        command.ExecuteNonQuery();

        if (isFirstForm || !ReadTriggers(command).SetEquals(Triggers.Select(Definition)))
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
