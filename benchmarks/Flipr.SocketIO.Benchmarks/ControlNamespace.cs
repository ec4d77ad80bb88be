namespace Flipr.SocketIO.Benchmarks;

/// <summary>What the benchmark asks its server on <c>/control</c>.</summary>
internal static class ControlNamespace
{
    public const string Name = "/control";

    /// <summary>Answers questions about the server itself.</summary>
    public static void AddTo(SocketIOServer io)
    {
        var memory = new MemoryWatch();
        io.Of(Name).OnConnection(control =>
        {
            control.On("collect", (Ack ack) => ack.SendAsync(memory.Collect()));
            control.On("peak", (Ack ack) => ack.SendAsync(memory.Peak()));
            control.On("connections", (Ack ack) => ack.SendAsync(io.ConnectionCount));
        });
    }
}
