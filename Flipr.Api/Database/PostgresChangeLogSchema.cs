using Npgsql;

namespace Flipr.Api.Database;

/// <summary>
/// The change log in PostgreSQL (docs/architecture.md): <c>flipr_changes</c>, written by a trigger, so that every writer is logged: this
/// backend, the old one, a hand.
/// </summary>
/// <remarks>
/// The trigger is deferred: it runs when its transaction commits, takes a lock that only the end of the transaction releases, and only then draws positions.
/// So positions become visible in their own order, and nobody who reads up to one misses a smaller one; and a transaction that is left open
/// holds up nobody else. This backend's own writing, whose one statement is all that its transaction does, has its rows logged together at that statement's end: the
/// lock is taken when the commit is next, as well.
/// </remarks>
internal static class PostgresChangeLogSchema
{
    /// <summary>The channel that other instances listen on.</summary>
    public const string Channel = "flipr_changes";

    /// <summary>
    /// The setting by which a transaction asks for its rows to be logged together, at the end of their statement, which is cheaper. Only for who does
    /// nothing that waits for locks after that statement, and who sees to it that other instances are notified
    /// (see <see cref="Changes.PostgresChangeNotifier"/>).
    /// </summary>
    public const string SetwiseSetting = "flipr.setwise";

    /// <summary>Selects the names of the triggers that watch the table; there are <see cref="TriggerCount"/> when all do, for a log of today's form.</summary>
    public const string Triggers = $"""
        SELECT tgname::text FROM pg_trigger
        WHERE tgrelid = to_regclass('properties') AND tgenabled <> 'D' AND NOT {IsFirstForm}
            AND tgname IN ('flipr_log_change', 'flipr_log_delete', 'flipr_log_inserts', 'flipr_log_updates', 'flipr_log_truncate')
        """;

    public const int TriggerCount = 5;

    /// <summary>The advisory lock that orders commits: "flipr log" in ASCII, shortened.</summary>
    private const long LockKey = 0x666C69706C6F67;

    // The log's first form marked each listing's last entry. It begins anew, with another id: every client is told to load everything again.
    private const string IsFirstForm = "EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('flipr_changes') AND attname = 'is_current')";

    private const string DropFirstForm = $"""
        DO $$ BEGIN
            IF {IsFirstForm} THEN
                DROP TABLE IF EXISTS flipr_changes, flipr_log;
            END IF;
        END $$
        """;

    // An entry holds what it replaced, and is not written again until that is forgotten. So every state is kept for those who have not read it yet: it stands on the next entry
    // of its listing, or in the table; a listing that is never changed is stored once, and a change costs one row.
    private const string Create = """
        CREATE TABLE IF NOT EXISTS flipr_log (
            one BOOLEAN PRIMARY KEY DEFAULT true CHECK (one),
            database_id TEXT NOT NULL,
            pruned_to BIGINT NOT NULL DEFAULT 0);
        INSERT INTO flipr_log (database_id) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 12)) ON CONFLICT DO NOTHING;
        CREATE TABLE IF NOT EXISTS flipr_changes (
            position BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            made_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            new_lat_exact DOUBLE PRECISION, new_lng_exact DOUBLE PRECISION,
            address TEXT, lat_exact DOUBLE PRECISION, lng_exact DOUBLE PRECISION, price_exact DOUBLE PRECISION, bedrooms INTEGER, bathrooms REAL,
            intensity_exact DOUBLE PRECISION, deal_rating TEXT, ai_evaluation_reasoning TEXT, property_data JSONB, property_text TEXT, timestamp INTEGER);
        CREATE INDEX IF NOT EXISTS flipr_changes_of_listing ON flipr_changes (id, position);
        """;

    /// <summary>The columns of a listing's state besides its id, alike in the table and in the log.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "address", "lat_exact", "lng_exact", "price_exact", "bedrooms", "bathrooms", "intensity_exact", "deal_rating", "ai_evaluation_reasoning",
        "property_data", "property_text", "timestamp",
    ];

    private static readonly string Replacing = string.Join(", ", Columns);

    private static string Replaced(string row) => string.Join(", ", Columns.Select(column => $"{row}.{column}"));

    // They run with the rights of whoever set the schema up (the old backend's login may know nothing of the log), so nothing of the caller's may be
    // called: hence the search path. The one for updates keeps its plan for the connection's life, perhaps made for one row: without nested loops it is good for many.
    private static string Functions(string schema) => $"""
        CREATE OR REPLACE FUNCTION {schema}.flipr_log_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            PERFORM pg_advisory_xact_lock({LockKey});
            IF TG_OP = 'UPDATE' AND OLD.id = NEW.id THEN
                INSERT INTO {schema}.flipr_changes (id, kind, new_lat_exact, new_lng_exact, {Replacing})
                VALUES (NEW.id, 'updated', NEW.lat_exact, NEW.lng_exact, {Replaced("OLD")});
            ELSE
                IF TG_OP <> 'INSERT' THEN
                    INSERT INTO {schema}.flipr_changes (id, kind, {Replacing}) VALUES (OLD.id, 'deleted', {Replaced("OLD")});
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    INSERT INTO {schema}.flipr_changes (id, kind, new_lat_exact, new_lng_exact) VALUES (NEW.id, 'new', NEW.lat_exact, NEW.lng_exact);
                END IF;
            END IF;
            PERFORM pg_notify('{Channel}', '');
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_inserts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            IF EXISTS (SELECT FROM inserted) THEN
                PERFORM pg_advisory_xact_lock({LockKey});
                INSERT INTO {schema}.flipr_changes (id, kind, new_lat_exact, new_lng_exact)
                SELECT id, 'new', lat_exact, lng_exact FROM inserted ORDER BY id COLLATE "C";
            END IF;
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_updates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $function$
        BEGIN
            IF EXISTS (SELECT FROM updated) THEN
                PERFORM pg_advisory_xact_lock({LockKey});
                INSERT INTO {schema}.flipr_changes (id, kind, new_lat_exact, new_lng_exact, {Replacing})
                SELECT was.id, 'updated', updated.lat_exact, updated.lng_exact, {Replaced("was")}
                FROM was JOIN updated ON updated.id = was.id ORDER BY was.id COLLATE "C";
            END IF;
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            PERFORM pg_advisory_xact_lock({LockKey});
            INSERT INTO {schema}.flipr_changes (id, kind, {Replacing})
            SELECT was.id, 'deleted', {Replaced("was")} FROM {schema}.properties AS was ORDER BY was.id COLLATE "C";
            PERFORM pg_notify('{Channel}', '');
            RETURN NULL;
        END $function$;
        """;

    private const string CreateTriggers = $"""
        DROP TRIGGER IF EXISTS flipr_log_change ON properties;
        DROP TRIGGER IF EXISTS flipr_log_delete ON properties;
        DROP TRIGGER IF EXISTS flipr_log_inserts ON properties;
        DROP TRIGGER IF EXISTS flipr_log_updates ON properties;
        DROP TRIGGER IF EXISTS flipr_log_truncate ON properties;
        CREATE CONSTRAINT TRIGGER flipr_log_change AFTER INSERT OR UPDATE ON properties DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (current_setting('{SetwiseSetting}', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION flipr_log_change();
        CREATE CONSTRAINT TRIGGER flipr_log_delete AFTER DELETE ON properties DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION flipr_log_change();
        CREATE TRIGGER flipr_log_inserts AFTER INSERT ON properties REFERENCING NEW TABLE AS inserted
            FOR EACH STATEMENT WHEN (current_setting('{SetwiseSetting}', true) = 'on') EXECUTE FUNCTION flipr_log_inserts();
        CREATE TRIGGER flipr_log_updates AFTER UPDATE ON properties REFERENCING OLD TABLE AS was NEW TABLE AS updated
            FOR EACH STATEMENT WHEN (current_setting('{SetwiseSetting}', true) = 'on') EXECUTE FUNCTION flipr_log_updates();
        CREATE TRIGGER flipr_log_truncate BEFORE TRUNCATE ON properties FOR EACH STATEMENT EXECUTE FUNCTION flipr_log_truncate();
        """;

    // What happened while no trigger watched: before there was one, or when the table was made anew.
    private const string CatchUp = """
        INSERT INTO flipr_changes (id, kind, lat_exact, lng_exact)
        SELECT id, 'deleted', new_lat_exact, new_lng_exact
        FROM (SELECT DISTINCT ON (id) id, kind, new_lat_exact, new_lng_exact FROM flipr_changes ORDER BY id, position DESC) AS last
        WHERE kind <> 'deleted' AND NOT EXISTS (SELECT FROM properties WHERE properties.id = last.id);
        INSERT INTO flipr_changes (id, kind, new_lat_exact, new_lng_exact)
        SELECT id, 'new', lat_exact, lng_exact FROM properties
        WHERE COALESCE((SELECT kind FROM flipr_changes WHERE flipr_changes.id = properties.id ORDER BY position DESC LIMIT 1), 'deleted') = 'deleted'
        ORDER BY timestamp NULLS FIRST, id COLLATE "C";
        """;

    /// <summary>Creates the log where it is missing, and gives its state.</summary>
    /// <param name="transaction">The transaction that sets the schema up; it has locked the table unless the triggers are there.</param>
    /// <param name="hasTriggers">Whether every change since the log began is in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LogState> ApplyAsync(NpgsqlTransaction transaction, bool hasTriggers, CancellationToken cancellationToken)
    {
        if (!hasTriggers)
        {
            await ExecuteAsync(DropFirstForm);
        }

        await ExecuteAsync(Create);
        string schema = (string)(await ScalarAsync(
            "SELECT quote_ident(nspname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = 'properties'::regclass"))!;
        await ExecuteAsync(Functions(schema));
        if (!hasTriggers)
        {
            await ExecuteAsync(CreateTriggers);
            await ExecuteAsync(CatchUp);
        }

        await using var command = new NpgsqlCommand($"SELECT {State} FROM flipr_log", transaction.Connection, transaction);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return ReadState(reader, 0);

        async Task ExecuteAsync(string sql)
        {
            await using var statement = new NpgsqlCommand(sql, transaction.Connection, transaction) { CommandTimeout = 0 };
            await statement.ExecuteNonQueryAsync(cancellationToken);
        }

        async Task<object?> ScalarAsync(string sql)
        {
            await using var statement = new NpgsqlCommand(sql, transaction.Connection, transaction);
            return await statement.ExecuteScalarAsync(cancellationToken);
        }
    }

    /// <summary>The columns of <c>flipr_log</c> that <see cref="ReadState"/> reads.</summary>
    public const string State = "database_id, pruned_to, GREATEST(pruned_to, (SELECT max(position) FROM flipr_changes)) AS head";

    /// <summary>Reads <see cref="State"/> from its first column on.</summary>
    public static LogState ReadState(NpgsqlDataReader reader, int column) =>
        new(reader.GetString(column), reader.GetInt64(column + 1), reader.GetInt64(column + 2));
}
