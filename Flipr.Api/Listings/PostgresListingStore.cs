using System.Text;
using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Listings;

/// <summary>The listings in PostgreSQL. Every statement stands alone, so that transaction-mode poolers can carry it.</summary>
internal sealed class PostgresListingStore(NpgsqlDataSource dataSource, ILogger<PostgresListingStore> logger) : IListingStore
{
    private static readonly ListingFilter Filter = new("price_exact", "intensity_exact", "lat_exact", "lng_exact", "bedrooms");

    private const string Columns = """
        id, CASE WHEN property_text::jsonb = property_data THEN property_text ELSE property_data::text END AS data, address, lat_exact, lng_exact, price_exact,
        bedrooms::double precision AS bedrooms, bathrooms::text::double precision AS bathrooms, intensity_exact, deal_rating, ai_evaluation_reasoning,
        timestamp::double precision AS timestamp
        """;

    private const string Newest = """timestamp DESC NULLS LAST, id COLLATE "C" """;

    // Sorted, so that two instances lock the rows they share in one order and cannot block each other for good. A row that ON CONFLICT
    // updates was locked by this transaction first, which leaves its number in xmax; a fresh row has none.
    private const string UpsertSql = """
        INSERT INTO properties (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, property_text, timestamp)
        SELECT id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, reasoning, data::jsonb, data, moment
        FROM unnest(@id, @address, @lat, @lng, @price, @bedrooms, @bathrooms, @intensity, @deal_rating, @reasoning, @data, @moment)
            AS posted (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, reasoning, data, moment)
        ORDER BY id COLLATE "C"
        ON CONFLICT (id) DO UPDATE SET
            address = excluded.address, lat = excluded.lat, lng = excluded.lng, price = excluded.price, bedrooms = excluded.bedrooms,
            bathrooms = excluded.bathrooms, intensity = excluded.intensity, deal_rating = excluded.deal_rating,
            ai_evaluation_reasoning = excluded.ai_evaluation_reasoning, property_data = excluded.property_data,
            property_text = excluded.property_text, timestamp = excluded.timestamp
        RETURNING id, xmax = 0
        """;

    private readonly DatabaseGuard _guard = new("PostgreSQL", PostgresFaults.Of, logger);

    public string Database => "PostgreSQL";

    public bool IsPrepared => _guard.IsPrepared;

    public Task PrepareAsync(CancellationToken cancellationToken) =>
        _guard.PrepareAsync(token => PostgresSchema.ApplyAsync(dataSource, token), cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => _guard.RunAsync(
        async token =>
        {
            await using NpgsqlCommand command = dataSource.CreateCommand("SELECT 1 FROM properties LIMIT 1");
            return await command.ExecuteScalarAsync(token);
        },
        cancellationToken);

    public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) =>
        _guard.RunAsync(token => ApplyCoreAsync(changes, token), cancellationToken);

    public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => _guard.RunAsync(
        async token =>
        {
            await using NpgsqlCommand command = dataSource.CreateCommand($"SELECT {Columns} FROM properties WHERE id = @id");
            command.Parameters.Add(new NpgsqlParameter<string>("id", id));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            return await reader.ReadAsync(token) ? ReadListing(reader) : (ListingJson?)null;
        },
        cancellationToken);

    public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => _guard.RunAsync(
        async token =>
        {
            await using NpgsqlCommand command = dataSource.CreateCommand();
            string where = Filter.Where(query, command);
            // One statement, so that count and page belong to one moment; the count comes with a row of nulls when the page is empty.
            command.CommandText = $"""
                SELECT page.*, selected.total FROM (SELECT COUNT(*) AS total FROM properties {where}) AS selected
                LEFT JOIN (SELECT {Columns} FROM properties {where} ORDER BY {Newest} LIMIT @limit OFFSET @offset) AS page ON true
                ORDER BY {Newest}
                """;
            command.Parameters.Add(new NpgsqlParameter<int>("limit", query.PerPage));
            command.Parameters.Add(new NpgsqlParameter<long>("offset", query.Offset));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            var listings = new List<ListingJson>(query.PerPage);
            long total = 0;
            while (await reader.ReadAsync(token))
            {
                total = reader.GetInt64(reader.FieldCount - 1);
                if (!reader.IsDBNull(0))
                {
                    listings.Add(ReadListing(reader));
                }
            }

            return new ListingSelection(listings, total);
        },
        cancellationToken);

    public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => _guard.RunAsync(
        async token =>
        {
            await using NpgsqlCommand command = dataSource.CreateCommand("""
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

    private async Task<ChangeOutcome[]> ApplyCoreAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken)
    {
        Listing[] upserts = [.. changes.Select(change => change.Listing).OfType<Listing>()];
        string[] deletes = [.. changes.Where(change => change.Listing is null).Select(change => change.Id)];

        // One batch is one transaction and one round trip.
        await using NpgsqlBatch batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(UpsertCommand(upserts));
        var delete = new NpgsqlBatchCommand("DELETE FROM properties WHERE id = ANY (@id) RETURNING id");
        delete.Parameters.Add(new NpgsqlParameter<string[]>("id", deletes));
        batch.BatchCommands.Add(delete);

        var outcomes = new Dictionary<string, ChangeOutcome>(changes.Count, StringComparer.Ordinal);
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                outcomes[reader.GetString(0)] = reader.GetBoolean(1) ? ChangeOutcome.Inserted : ChangeOutcome.Updated;
            }

            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                outcomes[reader.GetString(0)] = ChangeOutcome.Deleted;
            }
        }

        return [.. changes.Select(change => outcomes.GetValueOrDefault(change.Id, ChangeOutcome.NotFound))];
    }

    private static NpgsqlBatchCommand UpsertCommand(Listing[] listings)
    {
        var command = new NpgsqlBatchCommand(UpsertSql);
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

    /// <summary>The 4-byte value for the old backend's column; null where it cannot hold one.</summary>
    private static float? Real(double? value) => value is { } number && float.IsFinite((float)number) ? (float)number : null;

    private static ListingJson ReadListing(NpgsqlDataReader reader)
    {
        return new ListingRow
        {
            Id = reader.GetString(0),
            Data = Text(1),
            Address = Text(2),
            Latitude = Number(3),
            Longitude = Number(4),
            Price = Number(5),
            Bedrooms = Number(6),
            Bathrooms = Number(7),
            Intensity = Number(8),
            DealRating = Text(9),
            AiEvaluationReasoning = Text(10),
            Timestamp = Number(11),
        }.ToJson();

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        double? Number(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
    }
}
