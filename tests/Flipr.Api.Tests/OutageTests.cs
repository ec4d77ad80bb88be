using System.Net;
using System.Text.Json;

namespace Flipr.Api.Tests;

/// <summary>PostgreSQL goes away and comes back.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    // No name that a server could know: the machine itself refuses it, and asks nobody.
    private static readonly string NoHost = new('a', 64);

    // One of its own: stopping it must not disturb the other tests.
    private readonly PostgresServer _postgres = new();

    public ValueTask InitializeAsync() => _postgres.InitializeAsync();

    [Fact]
    public async Task Requests_are_answered_503_while_the_database_is_away_and_work_again_when_it_is_back()
    {
        string url = await _postgres.CreateDatabaseAsync();
        using var api = new ApiHost(("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true"));
        await using SocketIOTestClient client = await SocketIOTestClient.ConnectAsync(api.Url);
        await client.NextAsync("connection_status");
        await api.StoreAsync("""{"id":"before"}""");
        await client.NextAsync("new_property");

        await _postgres.StopAsync();
        await CheckAwayAsync(api);
        await client.EmitAsync("[\"ping_test\",1]");
        await client.NextAsync("pong_response");

        await _postgres.StartAsync();
        await api.StoreAsync("""{"id":"after"}""");
        Assert.Equal("after", (await client.NextAsync("new_property")).GetProperty("id").GetString());
        Assert.Equal(2, (await api.IdsAsync()).Length);
        Assert.Equal("ok", (await api.GetAsync("/healthz")).GetProperty("status").GetString());

        // Each outage is logged once, however many requests met it.
        Assert.Equal(2, api.Log.Text.Split("Error PostgreSQL does not answer").Length);
        Assert.Equal(2, api.Log.Text.Split("PostgreSQL answers again").Length);
    }

    [Fact]
    public async Task The_process_starts_without_its_database_and_sets_the_schema_up_when_it_appears()
    {
        string url = await _postgres.CreateDatabaseAsync();
        await _postgres.StopAsync();
        using var api = new ApiHost(("DATABASE_URL", url), ("DISABLE_SQLITE_FALLBACK", "true"));
        await CheckAwayAsync(api);

        await _postgres.StartAsync();
        await Eventually.ThatAsync(async () =>
        {
            using HttpResponseMessage health = await api.Http.GetAsync("/healthz", TestContext.Current.CancellationToken);
            return health.IsSuccessStatusCode;
        });
        await api.StoreAsync("""{"id":"a"}""");
    }

    [Fact]
    public async Task Why_the_first_start_does_not_succeed_is_said_by_healthz_and_by_the_answers()
    {
        string url = await _postgres.CreateDatabaseAsync();
        foreach ((string wrong, string reason) in ((string, string)[])
            [(url + "_missing", "database does not exist"), (url.Replace("postgres@", "nobody@", StringComparison.Ordinal), "refused the login"), (url + "?sslmode=require", "sslmode"),
                ("postgres://u@127.0.0.1:1/db", "nothing listens at the host and port"), ($"postgres://u@{NoHost}/db", "the host in DATABASE_URL")])
        {
            using var api = new ApiHost(("DATABASE_URL", wrong), ("DISABLE_SQLITE_FALLBACK", "true"));
            Assert.Contains(reason, (await api.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable)).GetProperty("reason").GetString(), StringComparison.Ordinal);
            using HttpResponseMessage posted = await api.PostAsync("{}");
            Assert.Contains(reason, await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Development_falls_back_to_SQLite_with_a_loud_warning()
    {
        string url = (await _postgres.CreateDatabaseAsync()).Replace("postgres@", "postgres:s3cret@", StringComparison.Ordinal);
        await _postgres.StopAsync();
        using var api = new ApiHost(("DATABASE_URL", url));
        await api.StoreAsync("""{"id":"a"}""");

        Assert.Equal("SQLite", (await api.GetAsync("/healthz")).GetProperty("database").GetString());
        Assert.Contains("Warning PostgreSQL at 127.0.0.1", api.Log.Text, StringComparison.Ordinal);
        Assert.Contains("falls back to SQLITE", api.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", api.Log.Text, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    private static async Task CheckAwayAsync(ApiHost api)
    {
        foreach (string path in (string[])["/properties", "/properties/a", "/status"])
        {
            using HttpResponseMessage read = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);
            await ApiHost.ErrorAsync(read, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(read.Headers.RetryAfter);
        }

        using HttpResponseMessage posted = await api.PostAsync("{}");
        await ApiHost.ErrorAsync(posted, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(posted.Headers.RetryAfter);

        // The platform restarts by this one: an outage of the database must not make it.
        using HttpResponseMessage alive = await api.Http.GetAsync("/alive", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        using HttpResponseMessage checks = await api.Http.GetAsync("/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, checks.StatusCode);
        JsonElement health = await api.GetAsync("/healthz", HttpStatusCode.ServiceUnavailable);
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        Assert.NotEmpty(health.GetProperty("reason").GetString()!);
    }
}
