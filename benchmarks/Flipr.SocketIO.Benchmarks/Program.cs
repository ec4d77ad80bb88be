using Flipr.SocketIO.Benchmarks;

// dotnet run -c Release --project benchmarks/Flipr.SocketIO.Benchmarks -- fanout
return args switch
{
    ["serve", "fanout", var path, var url] => await FanoutServer.RunAsync(path == "raw", url),
    ["serve", "slow", var path, var size, var url] => await SlowServer.RunAsync(path == "raw", int.Parse(size), url),
    ["serve", "hostile", var url] => await HostileServer.RunAsync(url),
    ["fanout", ..] => await FanoutBenchmark.RunAsync(runs: args.Length > 1 ? int.Parse(args[1]) : 5),
    ["slow"] => await SlowBenchmark.RunAsync("raw", "managed"),
    ["slow", "raw" or "managed"] => await SlowBenchmark.RunAsync(args[1]),
    ["hostile"] => await HostileBenchmark.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        fanout [runs]          broadcasts to 1,000 connections, 64-byte text, 32 outstanding: the raw path against the framework's WebSocket, alternating
        slow [raw | managed]   clients that stop reading or polling among healthy ones, while 200 MB are broadcast; fails if a bound is broken
        hostile                floods of malformed input; fails if memory or sessions are left a minute later
        """);
    return 2;
}
