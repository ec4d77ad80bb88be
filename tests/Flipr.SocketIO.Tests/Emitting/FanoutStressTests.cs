using System.Globalization;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Emitting;

/// <summary>
/// Broadcasts to so many that flushing is left to the other thread, over all transports at once, from several threads, while rooms change: everyone gets
/// all of what is for him, each emitter's in its order.
/// </summary>
public sealed class FanoutStressTests() : WireTest(Route.Raw1)
{
    private const int Emitters = 4;
    private const int Each = 150;

    [Fact]
    public async Task Everyone_gets_everything_in_order_over_all_transports_while_rooms_change()
    {
        WireServer server = await StartAsync(static options => options.PerMessageDeflate = true);
        List<Client> clients = [];
        for (int i = 0; i < 24; i++)
        {
            // One that compresses is on the framework's WebSocket, one that does not on the raw path.
            EngineClient session = Own<EngineClient>((i % 3) switch
            {
                0 => await WebSocketSession.OpenAsync(server),
                1 => await DeflateSession.OpenAsync(server),
                _ => await PollingSession.OpenAsync(server),
            });
            clients.Add(new Client(session, await session.JoinAsync()));
        }

        // Every second one is in the room from the start to the end; the others come and go.
        Socket[] sockets = [.. clients.Select(client => server.IO.Default.FindSocket(client.Id)!)];
        for (int i = 0; i < sockets.Length; i += 2)
        {
            await sockets[i].JoinAsync("stay");
        }

        using var done = new CancellationTokenSource();
        Task changing = Task.Run(() => ChangeRoomsAsync(sockets, done.Token), TestContext.Current.CancellationToken);
        Task<Received>[] receiving = [.. clients.Select(static client => client.ReceiveAllAsync())];
        await Task.WhenAll(Enumerable.Range(0, Emitters).Select(emitter => Task.Run(() => EmitAsync(server.IO, emitter), TestContext.Current.CancellationToken))).Within("all has been emitted");
        await done.CancelAsync();
        await changing.Within("the rooms rest");
        await server.IO.EmitAsync("end");

        for (int i = 0; i < clients.Count; i++)
        {
            Received received = await receiving[i].Within($"client {i} has all");
            for (int emitter = 0; emitter < Emitters; emitter++)
            {
                Assert.Equal(Enumerable.Range(0, Each), received.Of("all", emitter));
                Assert.Equal(i % 2 == 0 ? Enumerable.Range(0, Each) : [], received.Of("stay", emitter));
                Assert.Equal(i % 2 == 0 ? [] : Enumerable.Range(0, Each), received.Of("rest", emitter));

                // Who comes and goes has some of them, each once, in order.
                int[] some = [.. received.Of("pass", emitter)];
                Assert.Equal(some.Distinct().Order(), some);
            }
        }
    }

    private static async Task EmitAsync(SocketIOServer io, int emitter)
    {
        for (int number = 0; number < Each; number++)
        {
            await io.EmitAsync("all", emitter, number);
            await io.To("stay").EmitAsync("stay", emitter, number);
            await io.Except("stay").EmitAsync("rest", emitter, number);
            await io.To("pass", "pass too").EmitAsync("pass", emitter, number);
        }
    }

    private static async Task ChangeRoomsAsync(Socket[] sockets, CancellationToken done)
    {
        for (int i = 0; !done.IsCancellationRequested; i++)
        {
            Socket socket = sockets[i % sockets.Length];
            await socket.JoinAsync("pass");
            await socket.JoinAsync("pass too");
            await sockets[(i + 7) % sockets.Length].LeaveAsync("pass");
            await sockets[(i + 5) % sockets.Length].LeaveAsync("pass too");
            await Task.Yield();
        }
    }

    private sealed class Client(EngineClient session, string id)
    {
        public string Id => id;

        public async Task<Received> ReceiveAllAsync()
        {
            await Task.Yield();
            var received = new Received();
            for (string packet = ""; packet != "42[\"end\"]"; received.Add(packet))
            {
                packet = await session.ReceiveTextAsync();
            }

            return received;
        }
    }

    private sealed class Received
    {
        private readonly List<string[]> _events = [];

        public void Add(string packet) => _events.Add(packet[3..^1].Split(','));

        public IEnumerable<int> Of(string name, int emitter) => _events
            .Where(parts => parts[0] == $"\"{name}\"" && parts[1] == emitter.ToString(CultureInfo.InvariantCulture))
            .Select(static parts => int.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
