using Flipr.Api.Database;
using Flipr.Api.Listings;
using Npgsql;

namespace Flipr.Api.Changes;

/// <summary>
/// The changes' origins in PostgreSQL: <c>flipr_origins</c>. A change is known by its id and its transaction's time, which the log has as well; so neither
/// the log nor its triggers know anything of tracing.
/// </summary>
internal sealed class PostgresChangeOrigins(PostgresDatabase database) : IChangeOrigins
{
    /// <summary>Makes the table. What is in it is worth nothing a moment later, so a crash may empty it.</summary>
    public const string Schema = """
        CREATE UNLOGGED TABLE IF NOT EXISTS flipr_origins (
            made_at TIMESTAMPTZ NOT NULL DEFAULT now(),
            id TEXT NOT NULL,
            traceparent TEXT NOT NULL,
            PRIMARY KEY (made_at, id))
        """;

    private const string Write = "INSERT INTO flipr_origins (id, traceparent) SELECT * FROM unnest(@id, @traceparent) ON CONFLICT DO NOTHING";
    private const string Forget = "DELETE FROM flipr_origins WHERE made_at < now() - interval '5 minutes'";

    private const string Read = """
        SELECT logged.position, origin.traceparent FROM flipr_changes AS logged JOIN flipr_origins AS origin ON origin.made_at = logged.made_at AND origin.id = logged.id
        WHERE logged.position > @after AND logged.position <= @upTo
        """;

    /// <summary>Completes a batch that makes changes: it writes down whose they are.</summary>
    public static void AddTo(NpgsqlBatch batch, IReadOnlyList<ListingChange> changes)
    {
        ListingChange[] traced = [.. changes.Where(change => change.TraceParent is not null)];
        if (traced.Length > 0)
        {
            var write = new NpgsqlBatchCommand(Write);
            write.Parameters.Add(new NpgsqlParameter<string[]>("id", Array.ConvertAll(traced, change => change.Id)));
            write.Parameters.Add(new NpgsqlParameter<string[]>("traceparent", Array.ConvertAll(traced, change => change.TraceParent!)));
            batch.BatchCommands.Add(write);
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Forget));
        }
    }

    public Task<IReadOnlyDictionary<long, string>> ReadAsync(long after, long upTo, CancellationToken cancellationToken) => database.RunAsync(
        async (source, token) =>
        {
            await using NpgsqlCommand command = source.CreateCommand(Read);
            command.Parameters.Add(new NpgsqlParameter<long>("after", after));
            command.Parameters.Add(new NpgsqlParameter<long>("upTo", upTo));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(token);
            var origins = new Dictionary<long, string>();
            while (await reader.ReadAsync(token))
            {
                origins[reader.GetInt64(0)] = reader.GetString(1);
            }

            return (IReadOnlyDictionary<long, string>)origins;
        },
        cancellationToken);
}
