using System.Text;
using Flipr.Api.Changes;
using Flipr.Api.Database;
using Flipr.Api.Security;
using Npgsql;

namespace Flipr.Api.Listings;

/// <summary>The listings in PostgreSQL.</summary>
internal sealed class PostgresListingStore(PostgresDatabase database, PostgresChangeNotifier notifier) : IListingStore
{
    private static readonly ListingFilter Filter = new("price_exact", "intensity_exact", "lat_exact", "lng_exact", "bedrooms");

    private static readonly string Columns = $"{PostgresListingColumns.Of("properties")}, COALESCE((SELECT max(position) FROM flipr_changes WHERE flipr_changes.id = properties.id), 0) AS position";

    private const string Newest = """timestamp DESC NULLS LAST, id COLLATE "C" """;

    // Sorted, so that two instances lock the rows they share in one order and cannot block each other for good. It must be the last statement that may
    // wait for a row: its rows are logged at its end, under the lock that orders commits (see PostgresChangeLogSchema).
    private const string UpsertSql = $"""
        {InsertSql}
        {ReplaceSql}
        """;

    // Only requests that this transaction has claimed.
    private const string UpsertClaimedSql = $"""
        {InsertSql} AND (request IS NULL OR EXISTS (SELECT FROM flipr_requests WHERE key = request AND {PostgresUpdateRequests.IsMine}))
        {ReplaceSql}
        """;

    private const string InsertSql = $"""
        INSERT INTO properties (
            id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, property_text, timestamp, stored_with_key)
        SELECT id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, reasoning, data::jsonb, data, moment, with_key
        FROM unnest(@id, @address, @lat, @lng, @price, @bedrooms, @bathrooms, @intensity, @deal_rating, @reasoning, @data, @moment, @with_key, @request)
            AS posted (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, reasoning, data, moment, with_key, request),
            (SELECT set_config('{PostgresChangeLogSchema.SetwiseSetting}', 'on', true) AS setting) AS setwise
        WHERE setwise.setting = 'on'
        """;

    // Who is anonymous (false) leaves alone what was stored with the key (true).
    private const string ReplaceSql = """
        ORDER BY id COLLATE "C"
        ON CONFLICT (id) DO UPDATE SET
            address = excluded.address, lat = excluded.lat, lng = excluded.lng, price = excluded.price, bedrooms = excluded.bedrooms,
            bathrooms = excluded.bathrooms, intensity = excluded.intensity, deal_rating = excluded.deal_rating,
            ai_evaluation_reasoning = excluded.ai_evaluation_reasoning, property_data = excluded.property_data,
            property_text = excluded.property_text, timestamp = excluded.timestamp, stored_with_key = excluded.stored_with_key
        WHERE excluded.stored_with_key IS DISTINCT FROM false OR properties.stored_with_key IS NOT TRUE
        """;

    public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) =>
        database.RunAsync((source, token) => ApplyCoreAsync(source, changes, token), cancellationToken);

    public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand(
                $"SELECT database_id, {Columns} FROM flipr_log CROSS JOIN properties WHERE properties.id = @id");
            command.Parameters.Add(new NpgsqlParameter<string>("id", id));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token) ? ReadListing(reader, reader.GetString(0), 1) : (ListingJson?)null;
        },
        cancellationToken);

    public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand();
            string where = Filter.Where(query, command);
            // One statement, so that all of it belongs to one moment; count and state come with a row of nulls when the page is empty.
            command.CommandText = $"""
                SELECT state.*, selected.total, page.*
                FROM (SELECT {PostgresChangeLogSchema.State} FROM flipr_log) AS state
                CROSS JOIN (SELECT COUNT(*) AS total FROM properties {where}) AS selected
                LEFT JOIN (
                    SELECT {Columns} FROM (SELECT * FROM properties {where} ORDER BY {Newest} LIMIT @limit OFFSET @offset) AS properties
                ) AS page ON true
                ORDER BY {Newest}
                """;
            command.Parameters.Add(new NpgsqlParameter<int>("limit", query.PerPage));
            command.Parameters.Add(new NpgsqlParameter<long>("offset", query.Offset));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            var listings = new List<ListingJson>(query.PerPage);
            LogState? state = null;
            long total = 0;
            while (await reader.ReadAsync(token))
            {
                state ??= PostgresChangeLogSchema.ReadState(reader, 0); // The same in every row.
                total = reader.GetInt64(3);
                if (!reader.IsDBNull(4))
                {
                    listings.Add(ReadListing(reader, state.DatabaseId, 4));
                }
            }

            return state is null
                ? throw new InvalidOperationException("The change log has no state: flipr_log is empty.")
                : new ListingSelection(listings, total, Cursor.EndOf(state).ToString());
        },
        cancellationToken);

    public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand("""
                SELECT COUNT(*),
                    COUNT(*) FILTER (WHERE intensity > 0.8::float8),
                    COUNT(*) FILTER (WHERE intensity > 0.6::float8 AND intensity <= 0.8::float8),
                    COUNT(*) FILTER (WHERE intensity > 0.4::float8 AND intensity <= 0.6::float8),
                    COUNT(*) FILTER (WHERE intensity <= 0.4::float8)
                FROM (SELECT COALESCE(intensity_exact, 0) AS intensity FROM properties) AS listings
                """);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return new ListingCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        },
        cancellationToken);

    private async Task<ChangeOutcome[]> ApplyCoreAsync(NpgsqlDataSource source, IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken)
    {
        ListingChange[] upserts = [.. changes.Where(change => change.Listing is not null)];
        string[] deletes = [.. changes.Where(change => change.Listing is null).Select(change => change.Id)];
        ListingChange[] remembered = [.. upserts.Where(change => change.Request is not null)];
        bool hasAnonymous = upserts.Any(change => change.Sender == ChangeSender.Anonymous);

        // One batch is one transaction and one round trip.
        await using NpgsqlBatch batch = source.CreateBatch();
        if (remembered.Length > 0)
        {
            PostgresUpdateRequests.AddTo(batch, remembered);
        }

        if (deletes.Length > 0)
        {
            var delete = new NpgsqlBatchCommand("DELETE FROM properties WHERE id = ANY (@id) RETURNING id");
            delete.Parameters.Add(new NpgsqlParameter<string[]>("id", deletes));
            batch.BatchCommands.Add(delete);
        }

        PostgresChangeOrigins.AddTo(batch, changes);
        if (upserts.Length > 0)
        {
            batch.BatchCommands.Add(UpsertCommand(upserts, isClaimed: remembered.Length > 0, isTold: hasAnonymous));
        }

        if (hasAnonymous && remembered.Length > 0)
        {
            PostgresUpdateRequests.AddReleaseTo(batch, remembered);
        }

        if (notifier.IsDue())
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(PostgresChangeNotifier.Sql));
        }

        // Only these three statements answer, in this order, each when it is there.
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        Dictionary<string, (string Body, string Id)> known = remembered.Length > 0 ? await PostgresUpdateRequests.ReadAsync(reader, cancellationToken) : [];
        if (remembered.Length > 0)
        {
            await reader.NextResultAsync(cancellationToken);
        }

        HashSet<string> deleted = deletes.Length > 0 ? await ReadIdsAsync(reader, cancellationToken) : [];
        HashSet<string> stored = hasAnonymous ? await ReadIdsAsync(reader, cancellationToken) : [];
        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return [.. changes.Select(Outcome)];

        ChangeOutcome Outcome(ListingChange change) =>
            change.Request is { } request && known.TryGetValue(request.Key, out (string Body, string Id) before) ? ChangeOutcome.Of(request, before.Body, before.Id)
            : new ChangeOutcome(
                change.Listing is null ? deleted.Contains(change.Id) ? ChangeResult.Applied : ChangeResult.Unknown
                : change.Sender != ChangeSender.Anonymous || stored.Contains(change.Id) ? ChangeResult.Applied
                : ChangeResult.Protected,
                change.Id);
    }

    /// <summary>Reads a statement's answer, and goes on to the next one's.</summary>
    private static async Task<HashSet<string>> ReadIdsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        await reader.NextResultAsync(cancellationToken);
        return ids;
    }

    /// <summary>The command that stores listings.</summary>
    /// <param name="changes">What to store.</param>
    /// <param name="isClaimed">Whether some of it is stored only when its request is to be applied.</param>
    /// <param name="isTold">Whether it answers with the ids that it stored.</param>
    private static NpgsqlBatchCommand UpsertCommand(ListingChange[] changes, bool isClaimed, bool isTold)
    {
        Listing[] listings = Array.ConvertAll(changes, change => change.Listing!);
        string sql = isClaimed ? UpsertClaimedSql : UpsertSql;
        var command = new NpgsqlBatchCommand(isTold ? $"{sql} RETURNING properties.id" : sql);
        command.Parameters.Add(new NpgsqlParameter<bool?[]>("with_key", Array.ConvertAll(changes, WithKey)));
        command.Parameters.Add(new NpgsqlParameter<string?[]>("request", Array.ConvertAll(changes, change => change.Request?.Key)));
        Add("id", listing => listing.Id);
        Add("address", listing => listing.Address);
        Add("lat", listing => Real(listing.Latitude));
        Add("lng", listing => Real(listing.Longitude));
        Add("price", listing => Real(listing.Price));
        Add("bedrooms", listing => listing.Bedrooms);
        Add("bathrooms", listing => Real(listing.Bathrooms));
        Add("intensity", listing => Real(listing.Intensity));
        Add("deal_rating", listing => listing.DealRating);
        Add("reasoning", listing => listing.AiEvaluationReasoning);
        Add("data", listing => Encoding.UTF8.GetString(listing.Json.Utf8.Span));
        Add("moment", listing => listing.Timestamp);
        return command;

        void Add<T>(string name, Func<Listing, T> value) =>
            command.Parameters.Add(new NpgsqlParameter<T[]>(name, Array.ConvertAll(listings, listing => value(listing))));
    }

    /// <summary>The value of <c>stored_with_key</c>; null where nobody is told apart.</summary>
    private static bool? WithKey(ListingChange change) => change.Sender == ChangeSender.Unrestricted ? null : change.Sender == ChangeSender.Keyed;

    /// <summary>The 4-byte value for the old backend's column; null where it cannot hold one.</summary>
    private static float? Real(double? value) => value is { } number && float.IsFinite((float)number) ? (float)number : null;

    private static ListingJson ReadListing(NpgsqlDataReader reader, string databaseId, int first) =>
        ListingColumns.Read(reader, first, new Cursor(databaseId, reader.GetInt64(first + ListingColumns.Count))).ToJson();
}
