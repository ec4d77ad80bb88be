using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary><c>dotnet run -c Release --project benchmarks/Flipr.Api.Benchmarks -- throughput [rounds] | latency</c>.</summary>
internal static class Benchmarks
{
    public static async Task<int> Main(string[] args)
    {
        await using PostgresCluster postgres = await PostgresCluster.StartNewAsync(isSynced: true);
        return args switch
        {
            ["throughput", .. var rest] => await ThroughputBenchmark.RunAsync(postgres, rest is [var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 25),
            ["latency"] => await LatencyBenchmark.RunAsync(postgres),
            _ => Usage(),
        };
    }

    private static int Usage()
    {
        Console.Error.WriteLine("throughput [rounds] | latency");
        return 2;
    }
}
