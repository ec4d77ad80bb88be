using System.Collections.Concurrent;
using System.Net;
using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Tests;

/// <summary>Connections to PostgreSQL are cut while changes are under way.</summary>
public sealed class ConnectionCutTests(PostgresServer postgres)
{
    private const int Posts = 16;

    private const string CutAll = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'flipr-cut'";

    private const string Blocked = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'flipr-cut' AND cardinality(pg_blocking_pids(pid)) > 0
        """;

    [Fact]
    public async Task What_was_answered_200_is_stored_logged_and_announced_once_and_the_rest_was_answered_503()
    {
        string url = await postgres.CreateDatabaseAsync();
        using var api = new ApiHost(("DATABASE_URL", $"{url}?application_name=flipr-cut"), ("DISABLE_SQLITE_FALLBACK", "true"));
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        string start = (await client.NextAsync("connection_status")).GetProperty("cursor").GetString()!;
        var stored = new ConcurrentBag<string>();
        int refused = 0;

        // A cut while the statement waits, and one while its commit waits (for the lock that the log's trigger takes).
        for (int round = 0; round < 8; round++)
        {
            Task[] posting;
            await using (NpgsqlConnection hand = await OpenAsync(url))
            await using (NpgsqlTransaction holding = await hand.BeginTransactionAsync(TestContext.Current.CancellationToken))
            {
                string hold = round % 2 == 0 ? "LOCK TABLE properties IN SHARE MODE" : "INSERT INTO properties (id) VALUES ('hand'); SET CONSTRAINTS ALL IMMEDIATE";
                await using (var command = new NpgsqlCommand(hold, hand, holding))
                {
                    await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
                }

                posting = [.. Enumerable.Range(0, Posts).Select(i => PostAsync($"{round}-{i}"))];
                await Eventually.ThatAsync(async () => (long)(await PostgresServer.ExecuteAsync(url, Blocked))! > 0);
                Assert.NotEqual(0L, await PostgresServer.ExecuteAsync(url, CutAll));
                await holding.RollbackAsync(TestContext.Current.CancellationToken);
            }

            await Task.WhenAll(posting);
        }

        // And cuts whenever they come.
        Task more = Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = Posts }, async (i, _) => await PostAsync($"more-{i}"));
        while (!more.IsCompleted)
        {
            int answered = stored.Count + Volatile.Read(ref refused);
            await PostgresServer.ExecuteAsync(url, CutAll);
            await Eventually.ThatAsync(() => Task.FromResult(more.IsCompleted || stored.Count + Volatile.Read(ref refused) > answered + 20));
        }

        await more;
        await Eventually.ThatAsync(() => TryPostAsync("last"));

        // Heard first: what a client has caught up is not announced to it any more.
        var heard = new List<string>();
        do
        {
            heard.Add((await client.NextAsync("new_property")).GetProperty("id").GetString()!);
        }
        while (heard[^1] != "last");

        (string[] logged, _) = await client.CatchUpAsync(start);
        string[] ids = [.. logged.Select(change => change.Split(' ')[1])];
        Assert.All(logged, change => Assert.StartsWith("new ", change, StringComparison.Ordinal));
        Assert.Equal(ids.Distinct(), ids);
        Assert.Superset(stored.ToHashSet(), ids.ToHashSet());
        Assert.InRange(refused, 8, int.MaxValue);
        Assert.InRange(stored.Count, 1, int.MaxValue);
        Assert.Equal(ids.Length, (await api.GetAsync("/status")).GetProperty("total_properties").GetInt32());

        Assert.Equal(ids, heard);
        await client.HeardNothingElseAsync();

        async Task PostAsync(string id)
        {
            if (await TryPostAsync(id))
            {
                stored.Add(id);
            }
            else
            {
                Interlocked.Increment(ref refused);
            }
        }

        async Task<bool> TryPostAsync(string id)
        {
            using HttpResponseMessage posted = await api.PostAsync($$"""{"id":"{{id}}"}""");
            if (posted.StatusCode == HttpStatusCode.OK)
            {
                return true;
            }

            await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(posted.Headers.RetryAfter);
            return false;
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(string url)
    {
        var connection = new NpgsqlConnection($"{DatabaseUrl.Parse(url).ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
