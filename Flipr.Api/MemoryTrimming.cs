namespace Flipr.Api;

/// <summary>
/// Gives memory back when it is quiet. The collector only works when something is allocated: what a start or a burst has left behind would stay for as long as
/// nobody does anything, which on a small instance is most of the time.
/// </summary>
internal sealed class MemoryTrimming(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Less than this is not worth the pause of some milliseconds. What an idle program allocates comes to it in minutes.</summary>
    private const long WorthTrimming = 2 * 1024 * 1024;

    /// <summary>Who allocates more in an interval is not quiet: then the collector comes by itself, and a pause would be noticed.</summary>
    private const long Quiet = 512 * 1024;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long atTrim = 0;
        long before = GC.GetTotalAllocatedBytes();
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            long now = GC.GetTotalAllocatedBytes();
            if (now - before < Quiet && now - atTrim > WorthTrimming)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                atTrim = now;
            }

            before = now;
        }
    }
}
