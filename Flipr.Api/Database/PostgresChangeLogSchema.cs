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

    /// <summary>Selects the names of the triggers that watch the table; there are <see cref="TriggerCount"/> when all do.</summary>
    public const string Triggers = """
        SELECT tgname::text FROM pg_trigger
        WHERE tgrelid = to_regclass('properties') AND tgenabled <> 'D'
            AND tgname IN ('flipr_log_change', 'flipr_log_delete', 'flipr_log_inserts', 'flipr_log_updates', 'flipr_log_truncate')
        """;

    public const int TriggerCount = 5;

    /// <summary>The advisory lock that orders commits: "flipr log" in ASCII, shortened.</summary>
    private const long LockKey = 0x666C69706C6F67;

    // What a change replaced moves from the table into the log, on the entry that had brought it: so the log keeps every state for those who
    // have not read it yet, and costs nothing for what is never changed.
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
            is_current BOOLEAN NOT NULL DEFAULT true,
            old_lat_exact DOUBLE PRECISION, old_lng_exact DOUBLE PRECISION,
            lat_exact DOUBLE PRECISION, lng_exact DOUBLE PRECISION,
            address TEXT, price_exact DOUBLE PRECISION, bedrooms INTEGER, bathrooms REAL, intensity_exact DOUBLE PRECISION,
            deal_rating TEXT, ai_evaluation_reasoning TEXT, property_data JSONB, property_text TEXT, timestamp INTEGER);
        CREATE UNIQUE INDEX IF NOT EXISTS flipr_changes_current ON flipr_changes (id) WHERE is_current;
        """;

    private static string ReplaceOld(string schema) => $"UPDATE {schema}.flipr_changes SET {Replaced("OLD")} WHERE id = OLD.id AND is_current";

    private static string Replaced(string was) => $"""
        is_current = false, address = {was}.address, price_exact = {was}.price_exact, bedrooms = {was}.bedrooms, bathrooms = {was}.bathrooms,
        intensity_exact = {was}.intensity_exact, deal_rating = {was}.deal_rating, ai_evaluation_reasoning = {was}.ai_evaluation_reasoning,
        property_data = {was}.property_data, property_text = {was}.property_text, timestamp = {was}.timestamp
        """;

    // They run with the rights of whoever set the schema up (the old backend's login may know nothing of the log), so nothing of the caller's may be
    // called: hence the search path. The two for sets look entries up one by one: a join's plan, made once per connection and perhaps while the log is
    // small, would read the whole log ever after.
    private static string Functions(string schema) => $"""
        CREATE OR REPLACE FUNCTION {schema}.flipr_log_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            PERFORM pg_advisory_xact_lock({LockKey});
            IF TG_OP = 'UPDATE' AND OLD.id = NEW.id THEN
                {ReplaceOld(schema)};
                INSERT INTO {schema}.flipr_changes (id, kind, lat_exact, lng_exact, old_lat_exact, old_lng_exact)
                VALUES (NEW.id, 'updated', NEW.lat_exact, NEW.lng_exact, OLD.lat_exact, OLD.lng_exact);
            ELSE
                IF TG_OP <> 'INSERT' THEN
                    {ReplaceOld(schema)};
                    INSERT INTO {schema}.flipr_changes (id, kind, old_lat_exact, old_lng_exact) VALUES (OLD.id, 'deleted', OLD.lat_exact, OLD.lng_exact);
                END IF;
                IF TG_OP <> 'DELETE' THEN
                    UPDATE {schema}.flipr_changes SET is_current = false WHERE id = NEW.id AND is_current;
                    INSERT INTO {schema}.flipr_changes (id, kind, lat_exact, lng_exact) VALUES (NEW.id, 'new', NEW.lat_exact, NEW.lng_exact);
                END IF;
            END IF;
            PERFORM pg_notify('{Channel}', '');
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_inserts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            one record;
        BEGIN
            IF EXISTS (SELECT FROM inserted) THEN
                PERFORM pg_advisory_xact_lock({LockKey});
                FOR one IN SELECT id FROM inserted LOOP
                    UPDATE {schema}.flipr_changes SET is_current = false WHERE id = one.id AND is_current;
                END LOOP;
                INSERT INTO {schema}.flipr_changes (id, kind, lat_exact, lng_exact) SELECT id, 'new', lat_exact, lng_exact FROM inserted ORDER BY id COLLATE "C";
            END IF;
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_updates() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            one record;
        BEGIN
            IF EXISTS (SELECT FROM updated) THEN
                PERFORM pg_advisory_xact_lock({LockKey});
                FOR one IN SELECT * FROM was LOOP
                    UPDATE {schema}.flipr_changes SET {Replaced("one")} WHERE id = one.id AND is_current;
                END LOOP;
                INSERT INTO {schema}.flipr_changes (id, kind, lat_exact, lng_exact, old_lat_exact, old_lng_exact)
                SELECT updated.id, 'updated', updated.lat_exact, updated.lng_exact, was.lat_exact, was.lng_exact
                FROM updated JOIN was ON was.id = updated.id ORDER BY updated.id COLLATE "C";
            END IF;
            RETURN NULL;
        END $function$;

        CREATE OR REPLACE FUNCTION {schema}.flipr_log_truncate() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            PERFORM pg_advisory_xact_lock({LockKey});
            UPDATE {schema}.flipr_changes AS logged SET {Replaced("was")}
            FROM {schema}.properties AS was WHERE logged.id = was.id AND logged.is_current;
            INSERT INTO {schema}.flipr_changes (id, kind, old_lat_exact, old_lng_exact) SELECT id, 'deleted', lat_exact, lng_exact FROM {schema}.properties ORDER BY id;
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
        WITH gone AS (
            UPDATE flipr_changes SET is_current = false
            WHERE is_current AND kind <> 'deleted' AND NOT EXISTS (SELECT FROM properties WHERE properties.id = flipr_changes.id)
            RETURNING id, lat_exact, lng_exact)
        INSERT INTO flipr_changes (id, kind, old_lat_exact, old_lng_exact) SELECT id, 'deleted', lat_exact, lng_exact FROM gone;
        UPDATE flipr_changes SET is_current = false WHERE is_current AND kind = 'deleted' AND EXISTS (SELECT FROM properties WHERE properties.id = flipr_changes.id);
        INSERT INTO flipr_changes (id, kind, lat_exact, lng_exact)
        SELECT id, 'new', lat_exact, lng_exact FROM properties
        WHERE NOT EXISTS (SELECT FROM flipr_changes WHERE flipr_changes.id = properties.id AND is_current)
        ORDER BY timestamp NULLS FIRST, id COLLATE "C";
        """;

    /// <summary>Creates the log where it is missing, and gives its state.</summary>
    /// <param name="transaction">The transaction that sets the schema up; it has locked the table unless the triggers are there.</param>
    /// <param name="hasTriggers">Whether every change since the log began is in it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LogState> ApplyAsync(NpgsqlTransaction transaction, bool hasTriggers, CancellationToken cancellationToken)
    {
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
