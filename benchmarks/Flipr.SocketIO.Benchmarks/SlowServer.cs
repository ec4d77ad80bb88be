using System.Collections.Concurrent;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>The server of the slow-consumer benchmark: default limits; it broadcasts large numbered messages and counts how its clients end.</summary>
internal static class SlowServer
{
    public static Task<int> RunAsync(bool useRawTransport, int messageSize, string url) => ServerHost.RunAsync(
        url,
        options => options.UseRawTransport = useRawTransport,
        io =>
        {
            string padding = new('x', messageSize - 16);
            var ends = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
            var broadcast = new CreditedBroadcast(number => io.EmitAsync("m", number, padding));
            ControlNamespace.AddTo(io);
            io.Of(ControlNamespace.Name).OnConnection(control =>
            {
                control.On("credit", (int count) => broadcast.Give(count));
                control.On("ends", (Ack ack) => ack.SendAsync(ends));
            });
            io.OnConnection(socket =>
            {
                string kind = socket.Handshake.Auth.Json.GetProperty("kind").GetString()!;
                socket.On("echo", (Ack ack) => ack.SendAsync());
                socket.OnDisconnect(reason => ends.AddOrUpdate($"{kind}: {reason}", 1, static (_, count) => count + 1));
            });
        });
}
