using Flipr.Api.Database;
using Flipr.Api.Listings;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Changes;

/// <summary>The changes' origins in SQLite: <c>flipr_origins</c>, by position.</summary>
internal sealed class SqliteChangeOrigins(SqliteDatabase database) : IChangeOrigins
{
    /// <summary>Makes the table.</summary>
    public const string Schema = "CREATE TABLE IF NOT EXISTS flipr_origins (position INTEGER PRIMARY KEY, traceparent TEXT NOT NULL)";

    private const int Kept = 1000;

    private const string Write = "INSERT OR IGNORE INTO flipr_origins (position, traceparent) SELECT position, @traceparent FROM flipr_changes WHERE id = @id ORDER BY position DESC LIMIT 1";

    private static readonly string Forget = $"DELETE FROM flipr_origins WHERE position <= (SELECT MAX(position) FROM flipr_origins) - {Kept}";

    /// <summary>A change was made, and is the last one of its listing: writes down whose it is.</summary>
    public static void WriteTo(SqliteWriter writer, ListingChange change)
    {
        if (change.TraceParent is not null)
        {
            SqliteCommand command = writer.Command(Write);
            command.Set("@id", change.Id);
            command.Set("@traceparent", change.TraceParent);
            command.ExecuteNonQuery();
            writer.Command(Forget).ExecuteNonQuery();
        }
    }

    public Task<IReadOnlyDictionary<long, string>> ReadAsync(long after, long upTo, CancellationToken cancellationToken) => database.ReadAsync(
        command =>
        {
            command.CommandText = "SELECT position, traceparent FROM flipr_origins WHERE position > @after AND position <= @upTo";
            command.Parameters.AddWithValue("@after", after);
            command.Parameters.AddWithValue("@upTo", upTo);
            using SqliteDataReader reader = command.ExecuteReader();
            var origins = new Dictionary<long, string>();
            while (reader.Read())
            {
                origins[reader.GetInt64(0)] = reader.GetString(1);
            }

            return (IReadOnlyDictionary<long, string>)origins;
        },
        cancellationToken);
}
