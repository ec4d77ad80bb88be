using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flipr.Api.Tests.Limits;

/// <summary>That somebody keeps the log within its budget, and says so. What is forgotten, and how, is tested on every database with the log itself.</summary>
public sealed class ChangeLogBudgetTests
{
    private const long Budget = 100_000;

    [Fact]
    public async Task The_log_is_kept_within_its_budget_and_a_warning_says_how_far_back_it_reaches()
    {
        using var api = new ApiHost();
        var log = api.Services.GetRequiredService<IChangeLog>();
        using var logs = new LogCollector();
        using var factory = new LoggerFactory([logs]);
        FliprSettings settings = api.Services.GetRequiredService<FliprSettings>() with { MaxChangeLogBytes = Budget };
        using var budget = new ChangeLogBudget(settings, api.Services.GetRequiredService<IDatabase>(), log, new AnHourLater(), factory.CreateLogger<ChangeLogBudget>());
        await budget.StartAsync(TestContext.Current.CancellationToken);

        for (int round = 0; round < 2; round++)
        {
            for (int n = 0; n < 20; n++)
            {
                await api.StoreAsync($$"""{"id":"a","notes":"{{new string('x', 10_000)}}"}""");
            }

            await Eventually.ThatAsync(async () =>
            {
                var ledger = new ChangeLogLedger(log);
                await ledger.EnforceAsync(long.MaxValue, DateTimeOffset.MinValue, TestContext.Current.CancellationToken);
                return ledger.Bytes is > 0 and <= Budget;
            });
            await Eventually.ThatAsync(() => Task.FromResult(logs.Text.Contains("The change log kept", StringComparison.Ordinal)));
        }

        await budget.StopAsync(TestContext.Current.CancellationToken);
        string warning = Assert.Single(logs.Text.Split('\n'), line => line.Length > 0);
        Assert.StartsWith("Warning The change log kept ", warning, StringComparison.Ordinal);
        Assert.Contains("MAX_CHANGE_LOG_BYTES (100000)", warning, StringComparison.Ordinal);
        Assert.Contains("It reaches back to 20", warning, StringComparison.Ordinal);
    }

    /// <summary>An hour ahead, so that nothing is too young; two minutes pass in a tenth of a second.</summary>
    private sealed class AnHourLater : TimeProvider
    {
        private const int Factor = 1_200;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromHours(1);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime / Factor, period / Factor);
    }
}
