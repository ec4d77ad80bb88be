namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server of the fan-out benchmark: broadcasts as many messages as it is told, from a thread of its own.</summary>
internal static class FanoutServer
{
    /// <summary>What is broadcast: with the frame and packet headers around it 64 bytes of text.</summary>
    public static readonly string Payload = new('x', 64 - "42[\"m\",\"\"]".Length);

    private static long _sent;

    public static Task<int> RunAsync(bool useRawTransport, string url) => ServerHost.RunAsync(
        url,
        options =>
        {
            options.UseRawTransport = useRawTransport;
            options.MaxOutboundBytes = 64 * 1024 * 1024;
        },
        static io => io.Of("/control").OnConnection(static control =>
            control.On("allocated", static async (Ack ack) => await ack.SendAsync(new long[]
            {
                GC.GetTotalAllocatedBytes(precise: true),
                Interlocked.Read(ref _sent),
                (long)Environment.CpuUsage.TotalTime.TotalMicroseconds,
            }))),
        static (io, line) =>
        {
            for (int count = int.Parse(line); count > 0; count--)
            {
                ValueTask sent = io.EmitAsync("m", Payload);
                if (!sent.IsCompletedSuccessfully)
                {
                    throw new InvalidOperationException("A broadcast waited, or failed: on one server it does neither, and what was measured is not what was meant.");
                }

                Interlocked.Increment(ref _sent);
            }
        });
}
