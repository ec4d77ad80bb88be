namespace Flipr.SocketIO.Benchmarks;

/// <summary>Shows that clients who do not take what is sent to them cost neither the server's memory nor the other clients.</summary>
internal static class SlowBenchmark
{
    private const int KB = 1024;

    /// <summary>How many slow clients of each kind, and how large the messages are in bytes: also half of what may wait for a client, and three times as much.</summary>
    private static readonly (int OfEach, int MessageSize)[] Runs = [(1, 64 * KB), (100, 64 * KB), (100, 2 * KB * KB), (100, 12 * KB * KB)];

    public static async Task<int> RunAsync(params string[] paths)
    {
        bool holds = true;
        foreach (string path in paths)
        {
            foreach ((int count, int size) in Runs)
            {
                Console.WriteLine($"{path}: messages of {size / KB} KB, {count} slow {(count == 1 ? "client" : "clients")} of each kind, 10 healthy ones");
                holds &= (await SlowScenario.RunAsync(path, count, size)).Report();
            }
        }

        return holds ? 0 : 1;
    }
}
