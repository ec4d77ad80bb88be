namespace Flipr.SocketIO.Benchmarks;

/// <summary>Shows that clients who do not take what is sent to them cost neither the server's memory nor the other clients.</summary>
internal static class SlowBenchmark
{
    private static readonly int[] Counts = [1, 100];

    public static async Task<int> RunAsync(params string[] paths)
    {
        bool holds = true;
        foreach (string path in paths)
        {
            foreach (int count in Counts)
            {
                Console.WriteLine($"{path}: {count} slow {(count == 1 ? "client" : "clients")} of each kind, 10 healthy ones");
                holds &= (await SlowScenario.RunAsync(path, count)).Report();
            }
        }

        return holds ? 0 : 1;
    }
}
