using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Whoever ends a socket, and however many do at once: its handlers hear of it once, and its services are disposed.</summary>
public abstract class LeavingRaceTests(Route route) : WireTest(route)
{
    private const int Rounds = 300;

    public sealed class OverWebSocket() : LeavingRaceTests(Route.Raw1);

    [Theory]
    [InlineData("41")] // The client's DISCONNECT.
    [InlineData("1")] // The end of the session.
    public async Task The_server_and_the_client_end_it_at_the_same_moment(string packet)
    {
        int disconnects = 0;
        var disposed = new Heard<string>("a disposed service");
        WireServer server = await StartAsync(new WireServerSetup { Services = services => services.AddScoped(_ => new Service(disposed)) });
        server.IO.OnConnection(socket =>
        {
            socket.Services.GetRequiredService<Service>();
            socket.OnDisconnect(_ => { Interlocked.Increment(ref disconnects); });
        });

        for (int round = 0; round < Rounds; round++)
        {
            EngineClient client = await WireServerClientAsync(server);
            Socket socket = server.IO.Sockets.Single();
            using var start = new Barrier(2);
            Task ending = Task.Run(() =>
            {
                start.SignalAndWait();
                return socket.DisconnectAsync().AsTask();
            }, TestContext.Current.CancellationToken);
            Task leaving = Task.Run(() =>
            {
                start.SignalAndWait();
                return client.SendAsync(packet);
            }, TestContext.Current.CancellationToken);
            await Task.WhenAll(ending, leaving);
            await disposed.NextAsync();
            await client.DisposeAsync();
        }

        Assert.Equal(Rounds, Volatile.Read(ref disconnects));
    }

    private static async Task<EngineClient> WireServerClientAsync(WireServer server)
    {
        EngineClient client = await server.OpenAsync();
        await client.JoinAsync();
        return client;
    }

    private sealed class Service(Heard<string> disposed) : IDisposable
    {
        public void Dispose() => disposed.Add("disposed");
    }
}
