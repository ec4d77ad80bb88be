using System.Net;
using System.Text.RegularExpressions;

namespace Flipr.Api.Tests;

/// <summary>What Flipr sends through a transaction-mode pooler, and what it says when the pooler or the server behind it is away.</summary>
public sealed partial class PgBouncerTests : IAsyncLifetime
{
    // One of its own: it logs every statement, and is stopped.
    private readonly PostgresServer _postgres = PostgresServer.Configured(data =>
        File.AppendAllTextAsync(Path.Combine(data, "postgresql.conf"), "log_statement = all\nlog_line_prefix = '%a %d '\n", TestContext.Current.CancellationToken));

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    [Fact]
    public async Task Nothing_is_sent_that_would_stay_with_a_session()
    {
        await using PgBouncer pooler = await _postgres.StartPoolerAsync();
        using TestDatabase database = await TestDatabase.OfPostgresAsync(_postgres, pooler);
        using (ApiHost one = database.Start())
        using (ApiHost other = database.Start())
        {
            await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(other.Url);
            await client.NextAsync("connection_status");
            await one.StoreAsync("""{"id":"a","lat":1,"lng":1}""");
            await client.NextAsync("new_property");
            await one.IdsAsync("?bbox=0,0,2,2&price_min=1");
            await one.GetAsync("/status");
            await one.GetAsync("/healthz");
            await client.CatchUpAsync(null);
            using HttpResponseMessage deleted = await one.Http.DeleteAsync("/properties/a", TestContext.Current.CancellationToken);
            await client.NextAsync("property_deleted");
            await Eventually.ThatAsync(() => Task.FromResult(one.Log.Text.Contains("reached through a pooler", StringComparison.Ordinal)));

            for (int i = 0; i < 4; i++)
            {
                Assert.Equal(0L, await PostgresServer.ExecuteAsync(database.Settings[0].Value, "SELECT count(*) FROM pg_listening_channels()"));
            }
        }

        string log = await _postgres.ReadLogAsync();
        Assert.Contains("execute <unnamed>: INSERT INTO properties", log, StringComparison.Ordinal);
        Assert.Contains("pg_advisory_xact_lock", log, StringComparison.Ordinal);
        Assert.DoesNotMatch(OfSession(), log);
    }

    [Fact]
    public async Task The_pooler_going_away_and_the_server_behind_it_are_outages_that_end()
    {
        await using PgBouncer pooler = await _postgres.StartPoolerAsync();
        using TestDatabase database = await TestDatabase.OfPostgresAsync(_postgres, pooler);
        using ApiHost api = database.Start();
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");
        await api.StoreAsync("""{"id":"before"}""");
        await client.NextAsync("new_property");

        await pooler.StopAsync();
        await CheckAwayAsync(api);
        await pooler.StartAsync();
        await StoreWhenBackAsync(api, "between");
        Assert.Equal("between", (await client.NextAsync("new_property")).GetProperty("id").GetString());

        await _postgres.StopAsync();
        await CheckAwayAsync(api);
        await _postgres.StartAsync();
        await StoreWhenBackAsync(api, "after");
        Assert.Equal("after", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal(3, (await api.IdsAsync()).Length);
    }

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    private static async Task CheckAwayAsync(ApiHost api)
    {
        using HttpResponseMessage posted = await api.PostAsync("""{"id":"lost"}""");
        await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(posted.Headers.RetryAfter);
        using HttpResponseMessage read = await api.Http.GetAsync("/properties", TestContext.Current.CancellationToken);
        await ApiHost.ErrorAsync(read, HttpStatusCode.ServiceUnavailable);
    }

    /// <summary>The pooler itself waits a second before it tries its server again.</summary>
    private static Task StoreWhenBackAsync(ApiHost api, string id) => Eventually.ThatAsync(async () =>
    {
        using HttpResponseMessage posted = await api.PostAsync($$"""{"id":"{{id}}"}""");
        return posted.IsSuccessStatusCode;
    });

    // A prepared statement that is kept has a name, where the log says <unnamed> of the others.
    [GeneratedRegex(@"(?i:\b(DISCARD|LISTEN|UNLISTEN|PREPARE|SET SESSION|TEMP TABLE)\b|pg_(try_)?advisory_lock)|: +execute (?!<unnamed>)")]
    private static partial Regex OfSession();
}
