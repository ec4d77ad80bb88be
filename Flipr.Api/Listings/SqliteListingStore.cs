using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>The listings in SQLite.</summary>
internal sealed class SqliteListingStore(SqliteDatabase database) : IListingStore
{
    private static readonly ListingFilter Filter = new(SqliteSchema.Number("price"), SqliteSchema.Number("intensity"), SqliteSchema.Number("lat"), SqliteSchema.Number("lng"), SqliteSchema.Number("bedrooms"));

    private static readonly string Columns = $"{SqliteListingColumns.Of("properties")}, COALESCE((SELECT max(position) FROM flipr_changes WHERE flipr_changes.id = properties.id), 0)";

    // SQLite lets a row have none, by a hand that forgot it.
    private const string IsListing = "WHERE id IS NOT NULL";

    public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) => database.WriteAsync(
        writer => changes.Select(change => Apply(writer, change)).ToArray(),
        cancellationToken);

    public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            string databaseId = SqliteChangeLogSchema.ReadState(command).DatabaseId;
            command.CommandText = $"SELECT {Columns} FROM properties WHERE properties.id = @id";
            command.Parameters.AddWithValue("@id", id);
            return ReadListings(command, databaseId) is [var found] ? found : (ListingJson?)null;
        },
        cancellationToken);

    public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            LogState state = SqliteChangeLogSchema.ReadState(command);
            string conditions = Filter.Where(query, command);
            string where = conditions.Length == 0 ? IsListing : $"{conditions} AND id IS NOT NULL";
            command.CommandText = $"SELECT COUNT(*) FROM properties {where}";
            long total = (long)command.ExecuteScalar()!;

            string newest = $"ORDER BY {SqliteSchema.Number("timestamp")} DESC NULLS LAST, id";
            command.CommandText = $"""
                SELECT {Columns} FROM (SELECT * FROM properties {where} {newest} LIMIT @limit OFFSET @offset) AS properties
                ORDER BY {SqliteSchema.Number("properties.timestamp")} DESC NULLS LAST, properties.id
                """;
            command.Parameters.AddWithValue("@limit", query.PerPage);
            command.Parameters.AddWithValue("@offset", query.Offset);
            return new ListingSelection(ReadListings(command, state.DatabaseId), total, Cursor.EndOf(state).ToString());
        },
        cancellationToken);

    public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            string intensity = $"COALESCE({SqliteSchema.Number("intensity")}, 0)";
            command.CommandText = $"""
                SELECT COUNT(*),
                    COUNT(*) FILTER (WHERE {intensity} > 0.8),
                    COUNT(*) FILTER (WHERE {intensity} > 0.6 AND {intensity} <= 0.8),
                    COUNT(*) FILTER (WHERE {intensity} > 0.4 AND {intensity} <= 0.6),
                    COUNT(*) FILTER (WHERE {intensity} <= 0.4)
                FROM properties {IsListing}
                """;
            using SqliteDataReader reader = command.ExecuteReader();
            reader.Read();
            return new ListingCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        },
        cancellationToken);

    private static ChangeOutcome Apply(SqliteWriter writer, ListingChange change)
    {
        if (change.Request is { } request && SqliteUpdateRequests.Find(writer, request) is { } known)
        {
            return known;
        }

        ChangeResult result = change.Listing is { } listing ? Upsert(writer, listing, change) : Delete(writer, change.Id);
        if (result == ChangeResult.Applied)
        {
            SqliteChangeOrigins.WriteTo(writer, change);
        }

        return new ChangeOutcome(result, change.Id);
    }

    private static ChangeResult Upsert(SqliteWriter writer, Listing listing, ListingChange change)
    {
        if (SqliteKeyedListings.IsProtectedFrom(change.Sender, writer, listing.Id))
        {
            return ChangeResult.Protected;
        }

        if (Execute(UpdateSql) == 0)
        {
            Execute(InsertSql);
        }

        SqliteKeyedListings.WriteTo(writer, listing.Id, change.Sender);
        if (change.Request is { } request)
        {
            SqliteUpdateRequests.WriteTo(writer, listing.Id, request);
        }

        return ChangeResult.Applied;

        int Execute(string sql)
        {
            SqliteCommand command = writer.Command(sql);
            Bind(command, listing);
            return command.ExecuteNonQuery();
        }
    }

    private static void Bind(SqliteCommand command, Listing listing)
    {
        command.Set("@id", listing.Id);
        command.Set("@address", listing.Address);
        command.Set("@lat", listing.Latitude);
        command.Set("@lng", listing.Longitude);
        command.Set("@price", listing.Price);
        command.Set("@bedrooms", listing.Bedrooms);
        command.Set("@bathrooms", listing.Bathrooms);
        command.Set("@intensity", listing.Intensity);
        command.Set("@deal_rating", listing.DealRating);
        command.Set("@ai_evaluation_reasoning", listing.AiEvaluationReasoning);
        command.Set("@property_data", System.Text.Encoding.UTF8.GetString(listing.Json.Utf8.Span));
        command.Set("@timestamp", listing.Timestamp);
    }

    private static ChangeResult Delete(SqliteWriter writer, string id)
    {
        SqliteCommand delete = writer.Command("DELETE FROM properties WHERE id = @id");
        delete.Set("@id", id);
        if (delete.ExecuteNonQuery() == 0)
        {
            return ChangeResult.Unknown;
        }

        SqliteKeyedListings.Forget(writer, id);
        return ChangeResult.Applied;
    }

    // Not one upsert: its INSERT half would fire the triggers of an INSERT first (see SqliteChangeLogSchema).
    private const string UpdateSql = """
        UPDATE properties SET
            address = @address, lat = @lat, lng = @lng, price = @price, bedrooms = @bedrooms, bathrooms = @bathrooms, intensity = @intensity,
            deal_rating = @deal_rating, ai_evaluation_reasoning = @ai_evaluation_reasoning, property_data = @property_data, timestamp = @timestamp
        WHERE id = @id
        """;

    private const string InsertSql = """
        INSERT INTO properties (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, timestamp)
        VALUES (@id, @address, @lat, @lng, @price, @bedrooms, @bathrooms, @intensity, @deal_rating, @ai_evaluation_reasoning, @property_data, @timestamp)
        """;

    private static List<ListingJson> ReadListings(SqliteCommand command, string databaseId)
    {
        using SqliteDataReader reader = command.ExecuteReader();
        var listings = new List<ListingJson>();
        while (reader.Read())
        {
            listings.Add(ListingColumns.Read(reader, 0, new Cursor(databaseId, reader.GetInt64(ListingColumns.Count))).ToJson());
        }

        return listings;
    }
}
