[assembly: AssemblyFixture(typeof(Flipr.Api.Tests.Infrastructure.PostgresServer))]

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A PostgreSQL of the tests' own; where it is not installed, tests that use it are skipped.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private Func<string, Task>? _configure;
    private PostgresCluster? _cluster;

    private PostgresCluster Cluster
    {
        get
        {
            Assert.SkipUnless(_cluster is not null, PostgresCluster.Missing ?? "");
            return _cluster!;
        }
    }

    /// <summary>One whose configuration the test completes: it gets the data folder before the server starts.</summary>
    internal static PostgresServer Configured(Func<string, Task> configure) => new() { _configure = configure };

    public async ValueTask InitializeAsync() =>
        _cluster = PostgresCluster.Missing is null ? await PostgresCluster.StartNewAsync(isSynced: false, _configure) : null;

    public Task StartAsync() => Cluster.StartAsync();

    /// <summary>Stops it at once, as a crash would; connections break.</summary>
    public Task StopAsync() => Cluster.StopAsync("immediate");

    /// <summary>The URL of a new, empty database.</summary>
    public Task<string> CreateDatabaseAsync() => Cluster.CreateDatabaseAsync();

    /// <summary>A pooler before it, with few connections; the test is skipped where there is none.</summary>
    internal Task<PgBouncer> StartPoolerAsync()
    {
        PostgresCluster cluster = Cluster;
        Assert.SkipUnless(PgBouncer.Missing is null, PgBouncer.Missing ?? "");
        return PgBouncer.StartNewAsync(cluster, poolSize: 2);
    }

    /// <summary>Runs SQL as somebody else than Flipr.</summary>
    internal static Task<object?> ExecuteAsync(string url, string sql) => PostgresCluster.ExecuteAsync(url, sql, TestContext.Current.CancellationToken);

    /// <summary>What the server has logged.</summary>
    public Task<string> ReadLogAsync() => Cluster.ReadLogAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
