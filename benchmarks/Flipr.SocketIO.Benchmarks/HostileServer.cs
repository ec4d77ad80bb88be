namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server that is flooded: default options, a few handlers, and dynamic namespaces to ask for.</summary>
internal static class HostileServer
{
    public static Task<int> RunAsync(string url) => ServerHost.RunAsync(
        url,
        options => options.CleanupEmptyChildNamespaces = true,
        io =>
        {
            ControlNamespace.AddTo(io);
            io.Of((name, _) => ValueTask.FromResult(name.StartsWith("/tile-", StringComparison.Ordinal)));
            io.OnConnection(socket =>
            {
                socket.On("echo", (JsonData value, Ack ack) => ack.SendAsync(value));
                socket.On("join", (string room) => socket.JoinAsync(room));
            });
        });
}
