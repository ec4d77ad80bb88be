namespace Flipr.SocketIO.Benchmarks;

/// <summary>What every server under test has in common: it tells when it listens, and stops when it is told a line.</summary>
internal static class ServerHost
{
    public const string Ready = "ready";

    public static async Task<int> RunAsync(string url, Action<SocketIOOptions> options, Action<SocketIOServer> configure)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSocketIO(options);
        await using WebApplication app = builder.Build();
        app.MapSocketIO();
        configure(app.Services.GetRequiredService<SocketIOServer>());
        await app.StartAsync();
        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
        await app.StopAsync();
        return 0;
    }
}
