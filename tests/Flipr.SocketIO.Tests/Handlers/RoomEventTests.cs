using System.Collections.Concurrent;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Whoever listens to a namespace's rooms can mirror them.</summary>
public sealed class RoomEventTests() : WireTest(Route.Raw1)
{
    private const int Sockets = 8;

    [Fact]
    public async Task A_mirror_of_the_rooms_is_right_at_rest_whoever_joins_leaves_emits_and_disconnects_at_once()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/stress").OnConnection(static _ => { });
        Namespace ns = server.IO.Of("/stress");
        var mirror = new Dictionary<string, HashSet<string>>();
        var faults = new ConcurrentQueue<string>();
        Mirror(ns, mirror, faults);
        EngineClient[] clients = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => OpenAsync(server)));
        string[] rooms = ["a", "b", "c"];

        for (int round = 0; round < 20; round++)
        {
            foreach (EngineClient client in clients)
            {
                await client.SendAsync("40/stress,");
                while (!(await client.ReceiveTextAsync()).StartsWith("40/stress,", StringComparison.Ordinal))
                {
                    // What was emitted at the very moment of the disconnect may come behind it.
                }
            }

            Socket[] sockets = [.. ns.Sockets];
            Assert.Equal(Sockets, sockets.Length);
            using var start = new Barrier(4);
            int seed = round;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(
                async () =>
                {
                    var random = new Random((seed * 4) + worker);
                    start.SignalAndWait();
                    for (int i = 0; i < 400; i++)
                    {
                        Socket socket = sockets[random.Next(Sockets)];
                        string room = rooms[random.Next(rooms.Length)];
                        switch (random.Next(10))
                        {
                            case < 5:
                                await socket.JoinAsync(room);
                                break;
                            case < 9:
                                await socket.LeaveAsync(room);
                                break;
                            default:
                                await ns.To(room).AsVolatile.EmitAsync("x");
                                break;
                        }
                    }

                    // Half of them leave while the others still join.
                    await sockets[worker].DisconnectAsync();
                },
                TestContext.Current.CancellationToken)));

            string[] real = [.. (await ns.FetchSocketsAsync()).SelectMany(static socket => socket.Rooms.Where(room => room != socket.Id).Select(room => $"{room} {socket.Id}")).Order()];
            Assert.Equal(Sockets - 4, ns.Sockets.Count);
            await Deadline.UntilAsync(() => Told().SequenceEqual(real), () => $"the mirror is right; it says [{string.Join(", ", Told())}], the rooms [{string.Join(", ", real)}]");
            Assert.Empty(faults);
            await ns.DisconnectSocketsAsync();
            await Deadline.UntilAsync(() => Told().Length == 0, "the mirror is empty");
            foreach (EngineClient client in clients)
            {
                while (await client.ReceiveTextAsync() != "41/stress,")
                {
                    // The emitted events.
                }
            }
        }

        Assert.Empty(mirror);

        string[] Told()
        {
            lock (mirror)
            {
                return [.. mirror.SelectMany(static room => room.Value.Select(id => $"{room.Key} {id}")).Order()];
            }
        }
    }

    [Fact]
    public async Task A_listener_that_throws_costs_neither_the_join_nor_the_other_listeners_anything()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var heard = new Heard<string>("room events");
        server.IO.Default.OnRoomCreated(_ => throw new InvalidTimeZoneException("of creation"));
        server.IO.Default.OnRoomCreated(room => heard.Add($"created {room}"));
        server.IO.Default.OnRoomJoined((_, _) => throw new InvalidTimeZoneException("of joining"));
        server.IO.Default.OnRoomJoined((room, _) => heard.Add($"joined {room}"));
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        await socket.JoinAsync("a");

        Assert.Equal(["created a", "joined a"], heard.All);
        Assert.Contains("a", socket.Rooms);
        Assert.Equal(2, server.Log.OfLibrary().Count(static entry => entry.Exception is InvalidTimeZoneException));
    }

    [Fact]
    public async Task A_listener_may_change_the_rooms_itself_and_hears_of_it_in_order()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("room events");
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        server.IO.Default.OnRoomJoined((room, _) =>
        {
            heard.Add($"joined {room}");
            if (room == "a")
            {
                socket.JoinAsync("b").AsTask().GetAwaiter().GetResult();
                Assert.Equal(2, socket.Rooms.Count(joined => joined != socket.Id));
            }
        });
        server.IO.Default.OnRoomJoined((room, _) => heard.Add($"second, joined {room}"));

        await socket.JoinAsync("a");

        Assert.Equal(["joined a", "second, joined a", "joined b", "second, joined b"], heard.All);
    }

    private static void Mirror(Namespace ns, Dictionary<string, HashSet<string>> mirror, ConcurrentQueue<string> faults)
    {
        ns.OnRoomCreated(room => Change(() => mirror.TryAdd(room, []), $"{room} created twice"));
        ns.OnRoomDeleted(room => Change(() => mirror.Remove(room, out HashSet<string>? left) && left.Count == 0, $"{room} deleted, and not there or not empty"));
        ns.OnRoomJoined((room, id) => Change(() => mirror.TryGetValue(room, out HashSet<string>? members) && members.Add(id), $"{id} joined {room} twice, or before it was there"));
        ns.OnRoomLeft((room, id) => Change(() => mirror.TryGetValue(room, out HashSet<string>? members) && members.Remove(id), $"{id} left {room} and was not in it"));

        void Change(Func<bool> change, string fault)
        {
            lock (mirror)
            {
                if (!change())
                {
                    faults.Enqueue(fault);
                }
            }
        }
    }
}
