using System.Runtime;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server's own memory: what the GC's heap holds, garbage included, and what is resident; now and at most.</summary>
internal sealed class MemoryWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    private readonly Lock _peaks = new();
    private long _peakHeap;
    private long _peakResident;

    public MemoryWatch() => Watching = Task.Run(async () =>
    {
        while (true)
        {
            await Task.Delay(Interval);
            lock (_peaks)
            {
                _peakHeap = Math.Max(_peakHeap, GC.GetTotalMemory(forceFullCollection: false));
                _peakResident = Math.Max(_peakResident, Environment.WorkingSet);
            }
        }
    });

    /// <summary>The loop; it ends only by failing.</summary>
    public Task Watching { get; }

    /// <summary>Collects what can be collected, and gives heap and resident bytes; peaks count from here.</summary>
    public long[] Collect()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long heap = GC.GetTotalMemory(forceFullCollection: false);
        long resident = Environment.WorkingSet;
        lock (_peaks)
        {
            _peakHeap = heap;
            _peakResident = resident;
        }

        return [heap, resident];
    }

    /// <summary>The most that heap and resident bytes have been since <see cref="Collect"/>.</summary>
    public long[] Peak()
    {
        lock (_peaks)
        {
            return [_peakHeap, _peakResident];
        }
    }
}
