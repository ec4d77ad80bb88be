namespace Flipr.SocketIO.Benchmarks;

/// <summary>What every server under test has in common: it tells when it listens, takes orders as lines, and stops at an empty one.</summary>
internal static class ServerHost
{
    public const string Ready = "ready";

    public static async Task<int> RunAsync(string url, Action<SocketIOOptions> options, Action<SocketIOServer> configure, Action<SocketIOServer, string>? onLine = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSocketIO(options);
        await using WebApplication app = builder.Build();
        app.MapSocketIO();
        SocketIOServer io = app.Services.GetRequiredService<SocketIOServer>();
        configure(io);
        await app.StartAsync();
        Console.WriteLine(Ready);

        // A thread of its own, not one of the pool: what a line asks for must not wait behind the work that it measures.
        await Task.Factory.StartNew(
            () =>
            {
                while (Console.ReadLine() is { Length: > 0 } line)
                {
                    onLine?.Invoke(io, line);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await app.StopAsync();
        return 0;
    }
}
