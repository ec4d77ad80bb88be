using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Flipr.Api.Faults;

/// <summary>The SQLite file in the API's folder.</summary>
internal sealed class SqliteFaultDatabase(string home) : IFaultDatabase
{
    private readonly string _connectionString = $"Data Source={Path.Combine(home, "properties.db")};Pooling=False;Default Timeout=10";

    public IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?> { ["DATABASE_URL"] = null };

    public Task<IReadOnlyList<LogEntry>> ReadLogAsync()
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT database_id, c.position, c.kind, c.id, json_extract(COALESCE(later.property_data, p.property_data), '$.n')
            FROM flipr_log CROSS JOIN flipr_changes AS c LEFT JOIN properties AS p ON p.id = c.id
            LEFT JOIN flipr_changes AS later ON later.position = (SELECT min(position) FROM flipr_changes AS l WHERE l.id = c.id AND l.position > c.position)
            ORDER BY c.position
            """;
        using SqliteDataReader reader = command.ExecuteReader();
        var log = new List<LogEntry>();
        while (reader.Read())
        {
            string kind = reader.GetString(2);
            int? n = kind == "deleted" ? null : reader.GetInt32(4);
            log.Add(new LogEntry(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)}-{reader.GetInt64(1)}"), kind, reader.GetString(3), n));
        }

        return Task.FromResult<IReadOnlyList<LogEntry>>(log);
    }

    public Task ExecuteAsync(string sql)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return Task.CompletedTask;
    }

    /// <summary>Holds the write lock for so long.</summary>
    public async Task LockAsync(TimeSpan time)
    {
        await using SqliteConnection connection = Open();
        await using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        await Task.Delay(time);
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        return connection;
    }
}
