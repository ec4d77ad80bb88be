namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server under test, in a process of its own: broadcasts as fast as the client's credit allows.</summary>
internal static class FanoutServer
{
    /// <summary>What is broadcast: with the frame and packet headers around it 64 bytes of text.</summary>
    public static readonly string Payload = new('x', 64 - "42[\"m\",\"\"]".Length);

    public static async Task<int> RunAsync(bool useRawTransport, string url)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSocketIO(options =>
        {
            options.UseRawTransport = useRawTransport;
            options.MaxOutboundBytes = 64 * 1024 * 1024;
        });
        WebApplication app = builder.Build();
        app.MapSocketIO();

        SocketIOServer io = app.Services.GetRequiredService<SocketIOServer>();
        using var credit = new SemaphoreSlim(0);
        long sent = 0;
        io.Of("/control").OnConnection(control =>
        {
            control.On("credit", (int count) => credit.Release(count));
            control.On("allocated", async (Ack ack) => await ack.SendAsync(new long[] { GC.GetTotalAllocatedBytes(precise: true), Volatile.Read(ref sent), (long)Environment.CpuUsage.TotalTime.TotalMicroseconds }));
        });

        _ = Task.Run(async () =>
        {
            while (true)
            {
                await credit.WaitAsync();
                await io.EmitAsync("m", Payload);
                Interlocked.Increment(ref sent);
            }
        });
        await app.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        await app.StopAsync();
        return 0;
    }
}
