using Flipr.Testing;

namespace Flipr.Api.Benchmarks;

/// <summary><c>dotnet run -c Release --project benchmarks/Flipr.Api.Benchmarks -- throughput [rounds] | latency | footprint</c>.</summary>
internal static class Benchmarks
{
    public static async Task<int> Main(string[] args)
    {
        await using PostgresCluster postgres = await PostgresCluster.StartNewAsync(isSynced: true);
        return args switch
        {
            ["throughput", .. var rest] => await ThroughputBenchmark.RunAsync(postgres, rest is [var rounds] ? int.Parse(rounds, System.Globalization.CultureInfo.InvariantCulture) : 25),
            ["latency"] => await LatencyBenchmark.RunAsync(postgres),
            ["footprint"] => await FootprintBenchmark.RunAsync(postgres, await PublishedProgram.PathAsync()),
            ["footprint", var program] => await FootprintBenchmark.RunAsync(postgres, program),
            _ => Usage(),
        };
    }

    private static int Usage()
    {
        Console.Error.WriteLine("throughput [rounds] | latency | footprint [published program]");
        return 2;
    }
}
