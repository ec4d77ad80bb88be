using Flipr.Api.Changes;
using Flipr.Api.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flipr.Api.Tests;

/// <summary>When the log forgets, and what becomes of the program when it cannot.</summary>
public sealed class ChangePruningTests
{
    [Fact]
    public async Task The_log_forgets_before_a_free_instance_sleeps_and_goes_on_after_a_failure()
    {
        var log = new FailingLog();
        var time = new FastTime();
        using var logs = new LogCollector();
        using var factory = new LoggerFactory([logs]);
        using var pruning = new ChangePruning(new ReadyDatabase(), log, time, factory.CreateLogger<ChangePruning>());
        await pruning.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.ThatAsync(() => Task.FromResult(log.Calls >= 2 || pruning.ExecuteTask!.IsCompleted));

        Assert.False(pruning.ExecuteTask!.IsCompleted);
        Assert.InRange(time.FirstDue, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(15));
        Assert.Contains(FailingLog.Why, logs.Text, StringComparison.Ordinal);
        await pruning.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Why_a_background_service_ended_the_program_is_logged()
    {
        using var api = new ApiHost(services => services.AddHostedService<FailingService>());
        await Eventually.ThatAsync(() => Task.FromResult(api.Log.Text.Contains(FailingLog.Why, StringComparison.Ordinal)));
    }

    private sealed class FailingService : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Delay(500, stoppingToken);
            throw new InvalidOperationException(FailingLog.Why);
        }
    }

    private sealed class FailingLog : IChangeLog
    {
        public const string Why = "nobody thought of this";

        public int Calls { get; private set; }

        public Task<ChangeBatch> ReadAsync(ChangeQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<LogState> ReadStateAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken)
        {
            Calls++;
            throw new InvalidOperationException(Why);
        }

        public Task<IReadOnlyList<LogEntrySize>> ReadSizesAsync(long after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<int> ForgetAsync(long after, long upTo, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class ReadyDatabase : IDatabase
    {
        public string Name => "SQLite";

        public bool IsPrepared => true;

        public LogState? PreparedAt => null;

        public Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task PingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>An hour passes in 0.6 s.</summary>
    private sealed class FastTime : TimeProvider
    {
        private const int Factor = 6_000;

        public TimeSpan FirstDue { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            FirstDue = dueTime;
            return new FastTimer(System.CreateTimer(callback, state, dueTime / Factor, period / Factor));
        }

        private sealed class FastTimer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime / Factor, period / Factor);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
