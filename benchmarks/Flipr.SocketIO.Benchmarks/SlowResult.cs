using System.Globalization;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>What came of one run, and whether it is within the bounds.</summary>
internal sealed record SlowResult
{
    /// <summary>
    /// 32 MB plus twice the outbound limit of one connection: a broadcast is encoded once and shared by all the queues that it waits in.
    /// Counting the limit of every slow client, as one may, would allow gigabytes and show nothing.
    /// </summary>
    private const long SharedBound = (32 + (2 * 4)) * 1024 * 1024;

    /// <summary>What the transport below the queue holds of its own for a connection that is stuck: the pipe's 64 KB, and 64 KB written into it, in pooled blocks.</summary>
    private const long BoundPerClient = 256 * 1024;

    /// <summary>The size of a message from which on its pooled array, and those it grew out of, weigh; and from which on an echo waits for as much in front of it.</summary>
    private const int Large = 1024 * 1024;

    private const double EchoBound = 250;

    public required int MessageSize { get; init; }

    public required MemoryReading Peak { get; init; }

    public required MemoryReading Kept { get; init; }

    public required Dictionary<string, int> Expected { get; init; }

    public required Dictionary<string, int> Ends { get; init; }

    public required long[] Received { get; init; }

    public required long Broadcasts { get; init; }

    public required double EchoP99 { get; init; }

    public required double EchoMax { get; init; }

    public required int Echoes { get; init; }

    public required TimeSpan Elapsed { get; init; }

    private long MemoryBound => SharedBound + (MessageSize < Large ? 0 : 4L * MessageSize) + (Expected.Values.Sum() * BoundPerClient);

    /// <summary>Prints what was measured, each with its bound.</summary>
    /// <returns>Whether all bounds hold.</returns>
    public bool Report()
    {
        var verdict = new Verdict();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  200 MB in {Elapsed.TotalSeconds:N1} s"));
        verdict.Check(Peak.Largest < MemoryBound, $"memory grew by at most: {Peak} (bound: each less than {MemoryBound >> 20} MB)");
        verdict.Check(Kept.Largest < MemoryBound, $"and after a collection by: {Kept}");
        foreach ((string kind, int count) in Expected)
        {
            int ended = Ends.GetValueOrDefault($"{kind}: outbound limit exceeded");
            verdict.Check(ended == count, $"{kind}: {ended} of {count} heard 'outbound limit exceeded'");
        }

        string others = string.Join(", ", Ends.Where(end => !end.Key.EndsWith(": outbound limit exceeded", StringComparison.Ordinal)).Select(end => $"{end.Value} {end.Key}"));
        verdict.Check(others.Length == 0, $"other ends: {(others.Length == 0 ? "none" : others)}");
        verdict.Check(Received.All(received => received == Broadcasts), $"{Received.Length} healthy clients received all {Broadcasts} broadcasts, in order");
        verdict.Check(EchoP99 < EchoBound || MessageSize >= Large, string.Create(CultureInfo.InvariantCulture, $"echo of the healthy clients: p99 {EchoP99:N1} ms, max {EchoMax:N1} ms, of {Echoes} (bound: {(MessageSize < Large ? $"p99 {EchoBound:N0} ms" : "none")})"));
        return verdict.Holds;
    }
}
