using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>The listings in SQLite.</summary>
internal sealed class SqliteListingStore(SqliteDatabase database) : IListingStore
{
    private static readonly ListingFilter Filter = new(SqliteSchema.Number("price"), SqliteSchema.Number("intensity"), SqliteSchema.Number("lat"), SqliteSchema.Number("lng"), SqliteSchema.Number("bedrooms"));

    private static readonly string Columns = $"{SqliteListingColumns.Of("properties")}, COALESCE(flipr_changes.position, 0)";

    private const string LastChange = "LEFT JOIN flipr_changes ON flipr_changes.id = properties.id AND flipr_changes.is_current = 1";

    public Task<bool[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) => database.WriteAsync(
        transaction =>
        {
            using SqliteCommand update = Command(transaction, UpdateSql);
            using SqliteCommand insert = Command(transaction, InsertSql);
            using SqliteCommand delete = Command(transaction, "DELETE FROM properties WHERE id = @id");
            return changes.Select(change => change.Listing is { } listing ? Upsert(update, insert, listing) : Delete(delete, change.Id)).ToArray();
        },
        cancellationToken);

    public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            string databaseId = SqliteChangeLogSchema.ReadState(command).DatabaseId;
            command.CommandText = $"SELECT {Columns} FROM properties {LastChange} WHERE properties.id = @id";
            command.Parameters.AddWithValue("@id", id);
            return ReadListings(command, databaseId) is [var found] ? found : (ListingJson?)null;
        },
        cancellationToken);

    public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            LogState state = SqliteChangeLogSchema.ReadState(command);
            string where = Filter.Where(query, command);
            command.CommandText = $"SELECT COUNT(*) FROM properties {where}";
            long total = (long)command.ExecuteScalar()!;

            string newest = $"ORDER BY {SqliteSchema.Number("timestamp")} DESC NULLS LAST, id";
            command.CommandText = $"""
                SELECT {Columns} FROM (SELECT * FROM properties {where} {newest} LIMIT @limit OFFSET @offset) AS properties {LastChange}
                ORDER BY {SqliteSchema.Number("properties.timestamp")} DESC NULLS LAST, properties.id
                """;
            command.Parameters.AddWithValue("@limit", query.PerPage);
            command.Parameters.AddWithValue("@offset", query.Offset);
            return new ListingSelection(ReadListings(command, state.DatabaseId), total, new Cursor(state.DatabaseId, state.Head).ToString());
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
                FROM properties
                """;
            using SqliteDataReader reader = command.ExecuteReader();
            reader.Read();
            return new ListingCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
        },
        cancellationToken);

    private static bool Upsert(SqliteCommand update, SqliteCommand insert, Listing listing)
    {
        Bind(update, listing);
        if (update.ExecuteNonQuery() == 0)
        {
            Bind(insert, listing);
            insert.ExecuteNonQuery();
        }

        return true;
    }

    private static void Bind(SqliteCommand command, Listing listing)
    {
        Set(command, "@id", listing.Id);
        Set(command, "@address", listing.Address);
        Set(command, "@lat", listing.Latitude);
        Set(command, "@lng", listing.Longitude);
        Set(command, "@price", listing.Price);
        Set(command, "@bedrooms", listing.Bedrooms);
        Set(command, "@bathrooms", listing.Bathrooms);
        Set(command, "@intensity", listing.Intensity);
        Set(command, "@deal_rating", listing.DealRating);
        Set(command, "@ai_evaluation_reasoning", listing.AiEvaluationReasoning);
        Set(command, "@property_data", System.Text.Encoding.UTF8.GetString(listing.Json.Utf8.Span));
        Set(command, "@timestamp", listing.Timestamp);
    }

    private static bool Delete(SqliteCommand delete, string id)
    {
        Set(delete, "@id", id);
        return delete.ExecuteNonQuery() > 0;
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

    private static SqliteCommand Command(SqliteTransaction transaction, string sql)
    {
        SqliteCommand command = transaction.Connection!.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        return command;
    }

    private static void Set(SqliteCommand command, string name, object? value)
    {
        if (command.Parameters.IndexOf(name) is var index and >= 0)
        {
            command.Parameters[index].Value = value ?? DBNull.Value;
        }
        else
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }
    }

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
