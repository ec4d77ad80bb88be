using Flipr.Api.Database;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Listings;

/// <summary>The listings in an embedded SQLite file: one connection writes, pooled ones read.</summary>
internal sealed class SqliteListingStore(string path, ILogger<SqliteListingStore> logger) : IListingStore, IDisposable
{
    private static readonly ListingFilter Filter = new(SqliteSchema.Number("price"), SqliteSchema.Number("intensity"), SqliteSchema.Number("lat"), SqliteSchema.Number("lng"), SqliteSchema.Number("bedrooms"));

    private static readonly string Columns = $"""
        id, property_data, address, {SqliteSchema.Number("lat")}, {SqliteSchema.Number("lng")}, {SqliteSchema.Number("price")}, {SqliteSchema.Number("bedrooms")}, {SqliteSchema.Number("bathrooms")}, {SqliteSchema.Number("intensity")},
        deal_rating, ai_evaluation_reasoning, {SqliteSchema.Number("timestamp")}
        """;

    private readonly DatabaseGuard _guard = new("SQLite", SqliteFaults.Of, logger);
    private readonly Lock _writing = new();
    private readonly string _connectionString = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 1 }.ConnectionString;
    private SqliteConnection? _writer;

    public string Database => "SQLite";

    public bool IsPrepared => _guard.IsPrepared;

    public Task PrepareAsync(CancellationToken cancellationToken) => _guard.PrepareAsync(
        _ =>
        {
            using SqliteConnection connection = Open();
            SqliteSchema.Apply(connection);
            return Task.CompletedTask;
        },
        cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            command.CommandText = "SELECT COUNT(*) FROM (SELECT 1 FROM properties LIMIT 1)";
            return command.ExecuteScalar();
        },
        cancellationToken);

    public Task<ChangeOutcome[]> ApplyAsync(IReadOnlyList<ListingChange> changes, CancellationToken cancellationToken) => _guard.RunAsync(
        _ =>
        {
            lock (_writing)
            {
                return Task.FromResult(Apply(changes));
            }
        },
        cancellationToken);

    public Task<ListingJson?> FindAsync(string id, CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            command.CommandText = $"SELECT {Columns} FROM properties WHERE id = @id";
            command.Parameters.AddWithValue("@id", id);
            return ReadListings(command) is [var found] ? found : (ListingJson?)null;
        },
        cancellationToken);

    public Task<ListingSelection> ListAsync(ListingQuery query, CancellationToken cancellationToken) => ReadAsync(
        command =>
        {
            string where = Filter.Where(query, command);
            // Count and page belong to one moment, however many write meanwhile.
            using SqliteTransaction snapshot = command.Connection!.BeginTransaction(deferred: true);
            command.Transaction = snapshot;
            command.CommandText = $"SELECT COUNT(*) FROM properties {where}";
            long total = (long)command.ExecuteScalar()!;

            command.CommandText = $"SELECT {Columns} FROM properties {where} ORDER BY {SqliteSchema.Number("timestamp")} DESC NULLS LAST, id LIMIT @limit OFFSET @offset";
            command.Parameters.AddWithValue("@limit", query.PerPage);
            command.Parameters.AddWithValue("@offset", query.Offset);
            return new ListingSelection(ReadListings(command), total);
        },
        cancellationToken);

    public Task<ListingCounts> CountAsync(CancellationToken cancellationToken) => ReadAsync(
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

    public void Dispose() => _writer?.Dispose();

    private ChangeOutcome[] Apply(IReadOnlyList<ListingChange> changes)
    {
        try
        {
            SqliteConnection connection = _writer ??= Open();
            using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
            using SqliteCommand exists = Command(connection, "SELECT 1 FROM properties WHERE id = @id", transaction);
            using SqliteCommand upsert = Command(connection, UpsertSql, transaction);
            using SqliteCommand delete = Command(connection, "DELETE FROM properties WHERE id = @id", transaction);
            var outcomes = new ChangeOutcome[changes.Count];
            for (int i = 0; i < outcomes.Length; i++)
            {
                outcomes[i] = changes[i] switch
                {
                    { Listing: { } listing } => Upsert(exists, upsert, listing),
                    { Id: var id } => Delete(delete, id),
                };
            }

            transaction.Commit();
            return outcomes;
        }
        catch (SqliteException)
        {
            _writer?.Dispose(); // Whatever state the failure left it in goes with it.
            _writer = null;
            throw;
        }
    }

    private static ChangeOutcome Upsert(SqliteCommand exists, SqliteCommand upsert, Listing listing)
    {
        Set(exists, "@id", listing.Id);
        bool isNew = exists.ExecuteScalar() is null;
        Set(upsert, "@id", listing.Id);
        Set(upsert, "@address", listing.Address);
        Set(upsert, "@lat", listing.Latitude);
        Set(upsert, "@lng", listing.Longitude);
        Set(upsert, "@price", listing.Price);
        Set(upsert, "@bedrooms", listing.Bedrooms);
        Set(upsert, "@bathrooms", listing.Bathrooms);
        Set(upsert, "@intensity", listing.Intensity);
        Set(upsert, "@deal_rating", listing.DealRating);
        Set(upsert, "@ai_evaluation_reasoning", listing.AiEvaluationReasoning);
        Set(upsert, "@property_data", System.Text.Encoding.UTF8.GetString(listing.Json.Utf8.Span));
        Set(upsert, "@timestamp", listing.Timestamp);
        upsert.ExecuteNonQuery();
        return isNew ? ChangeOutcome.Inserted : ChangeOutcome.Updated;
    }

    private static ChangeOutcome Delete(SqliteCommand delete, string id)
    {
        Set(delete, "@id", id);
        return delete.ExecuteNonQuery() == 0 ? ChangeOutcome.NotFound : ChangeOutcome.Deleted;
    }

    private const string UpsertSql = """
        INSERT INTO properties (id, address, lat, lng, price, bedrooms, bathrooms, intensity, deal_rating, ai_evaluation_reasoning, property_data, timestamp)
        VALUES (@id, @address, @lat, @lng, @price, @bedrooms, @bathrooms, @intensity, @deal_rating, @ai_evaluation_reasoning, @property_data, @timestamp)
        ON CONFLICT (id) DO UPDATE SET
            address = excluded.address, lat = excluded.lat, lng = excluded.lng, price = excluded.price, bedrooms = excluded.bedrooms,
            bathrooms = excluded.bathrooms, intensity = excluded.intensity, deal_rating = excluded.deal_rating,
            ai_evaluation_reasoning = excluded.ai_evaluation_reasoning, property_data = excluded.property_data, timestamp = excluded.timestamp
        """;

    private static SqliteCommand Command(SqliteConnection connection, string sql, SqliteTransaction transaction)
    {
        SqliteCommand command = connection.CreateCommand();
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

    private Task<T> ReadAsync<T>(Func<SqliteCommand, T> read, CancellationToken cancellationToken) => _guard.RunAsync(
        _ =>
        {
            using SqliteConnection connection = Open();
            using SqliteCommand command = connection.CreateCommand();
            return Task.FromResult(read(command));
        },
        cancellationToken);

    private static List<ListingJson> ReadListings(SqliteCommand command)
    {
        using SqliteDataReader reader = command.ExecuteReader();
        var listings = new List<ListingJson>();
        while (reader.Read())
        {
            listings.Add(new ListingRow
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
            }.ToJson());
        }

        return listings;

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        double? Number(int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            // SQLite's own waiting for a lock; the driver's, which adds to it, sleeps 150 ms at a time. What answered 200 must survive a power cut: FULL.
            command.CommandText = "PRAGMA busy_timeout = 2000; PRAGMA synchronous = FULL";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
