using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flipr.Api.Tests;

public sealed class PostgresChangeListenerTests
{
    /// <summary>Without a host it cannot even try: no outage, but an error that nobody thought of.</summary>
    [Fact]
    public async Task What_is_no_outage_does_not_end_the_program_either()
    {
        var choice = new DatabaseChoice { Description = "PostgreSQL", Postgres = new NpgsqlConnectionStringBuilder("Username=nobody") };
        using var logs = new LogCollector();
        using var factory = new LoggerFactory([logs]);
        using var listener = new PostgresChangeListener(
            choice, new ChangeSignal(TimeProvider.System), TimeProvider.System, factory.CreateLogger<PostgresChangeListener>());
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.ThatAsync(() => Task.FromResult(logs.Text.Contains("Host", StringComparison.Ordinal) || listener.ExecuteTask!.IsCompleted));

        Assert.False(listener.ExecuteTask!.IsCompleted);
        await listener.StopAsync(TestContext.Current.CancellationToken);
    }
}
