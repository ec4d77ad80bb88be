namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server of the fan-out benchmark: broadcasts as fast as the client's credit allows.</summary>
internal static class FanoutServer
{
    /// <summary>What is broadcast: with the frame and packet headers around it 64 bytes of text.</summary>
    public static readonly string Payload = new('x', 64 - "42[\"m\",\"\"]".Length);

    public static Task<int> RunAsync(bool useRawTransport, string url) => ServerHost.RunAsync(
        url,
        options =>
        {
            options.UseRawTransport = useRawTransport;
            options.MaxOutboundBytes = 64 * 1024 * 1024;
        },
        io =>
        {
            var broadcast = new CreditedBroadcast(_ => io.EmitAsync("m", Payload));
            io.Of("/control").OnConnection(control =>
            {
                control.On("credit", (int count) => broadcast.Give(count));
                control.On("allocated", async (Ack ack) => await ack.SendAsync(new long[]
                {
                    GC.GetTotalAllocatedBytes(precise: true),
                    broadcast.Sent,
                    (long)Environment.CpuUsage.TotalTime.TotalMicroseconds,
                }));
            });
        });
}
