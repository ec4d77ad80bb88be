using System.Globalization;
using Npgsql;

namespace Flipr.Api.Faults;

/// <summary>A database in a <see cref="PostgresCluster"/>.</summary>
/// <param name="url">The database, without a pooler.</param>
/// <param name="pooler">What the API reaches it through; null for no pooler.</param>
internal sealed class PostgresFaultDatabase(string url, PgBouncer? pooler = null) : IFaultDatabase
{
    public IReadOnlyDictionary<string, string?> Settings { get; } =
        new Dictionary<string, string?> { ["DATABASE_URL"] = pooler?.UrlOf(url) ?? url, ["DISABLE_SQLITE_FALLBACK"] = "true" };

    public async Task<IReadOnlyList<LogEntry>> ReadLogAsync()
    {
        await using var connection = new NpgsqlConnection(PostgresCluster.ConnectionString(url));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT database_id, c.position, c.kind, c.id, (COALESCE(later.property_data, p.property_data) ->> 'n')::int
            FROM flipr_log CROSS JOIN flipr_changes AS c LEFT JOIN properties AS p ON p.id = c.id
            LEFT JOIN flipr_changes AS later ON later.position = (SELECT min(position) FROM flipr_changes AS l WHERE l.id = c.id AND l.position > c.position)
            ORDER BY c.position
            """,
            connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        var log = new List<LogEntry>();
        while (await reader.ReadAsync())
        {
            string kind = reader.GetString(2);
            int? n = kind == "deleted" ? null : reader.GetInt32(4);
            log.Add(new LogEntry(string.Create(CultureInfo.InvariantCulture, $"{reader.GetString(0)}-{reader.GetInt64(1)}"), kind, reader.GetString(3), n));
        }

        return log;
    }

    public Task ExecuteAsync(string sql) => PostgresCluster.ExecuteAsync(url, sql);
}
