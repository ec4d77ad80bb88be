using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>A room's name often comes from a client, who may send none: nothing must be half done then.</summary>
public sealed class RoomNameTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_client_that_names_no_room_leaves_no_ghost_behind()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var gone = new Heard<string>("disconnects");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnect(gone.Add);
            socket.On("join", async (string room, Ack ack) =>
            {
                await socket.JoinAsync(room);
                await ack.SendAsync();
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"join\"]", "42[\"join\",null]", "421[\"join\",\"ghost\"]");

        await client.ShouldReceiveAsync("431[]");
        LogEntry entry = await server.Log.ContainsAsync("'join'");
        Assert.Equal("room", Assert.IsType<ArgumentNullException>(entry.Exception).ParamName);
        Assert.Equal(2, server.IO.Sockets.Single().Rooms.Count);
        await client.SendAsync("41");
        await gone.NextAsync();
        Assert.Empty(await server.IO.In("ghost").FetchSocketsAsync());
    }

    [Fact]
    public async Task Every_method_that_takes_rooms_names_the_argument_that_is_missing_and_changes_nothing()
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        SocketIOServer io = server.IO;
        Socket socket = io.Sockets.Single();
        RemoteSocket remote = (await io.FetchSocketsAsync()).Single();
        string none = null!;
        string[] some = ["a", none];

        await ShouldRefuseAsync("room", () => socket.JoinAsync(none));
        await ShouldRefuseAsync("room", () => socket.LeaveAsync(none));
        await ShouldRefuseAsync("room", () => remote.JoinAsync(none));
        await ShouldRefuseAsync("room", () => remote.LeaveAsync(none));
        await ShouldRefuseAsync("rooms", () => io.SocketsJoinAsync(some));
        await ShouldRefuseAsync("rooms", () => io.SocketsJoinAsync(null!));
        await ShouldRefuseAsync("rooms", () => io.SocketsLeaveAsync(some));
        await ShouldRefuseAsync("rooms", () => io.SocketsLeaveAsync(null!));
        foreach (Func<Broadcast> select in new Func<Broadcast>[]
        {
            () => io.To(none), () => io.In(none), () => io.Except(none), () => socket.To(none), () => socket.In(none), () => socket.Except(none),
        })
        {
            Assert.Throws<ArgumentNullException>("room", select);
        }

        foreach (Func<Broadcast> select in new Func<Broadcast>[]
        {
            () => io.To(some), () => io.In(some), () => io.Except(some), () => socket.To(some), () => socket.In(some), () => socket.Except(some),
        })
        {
            Assert.Throws<ArgumentNullException>("rooms", select);
        }

        Assert.Equal([socket.Id], socket.Rooms);
    }

    [Fact]
    public async Task A_room_handler_that_throws_for_one_room_is_told_of_all_the_others_too()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var heard = new Heard<string>("rooms left and deleted");
        var gone = new Heard<string>("disconnects");
        server.IO.Default.OnRoomLeft((room, _) => Tell("left " + room));
        server.IO.Default.OnRoomDeleted(room => Tell("deleted " + room));
        server.IO.OnConnection(async socket =>
        {
            socket.OnDisconnect(gone.Add);
            await socket.JoinAsync("a");
            await socket.JoinAsync("b");
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        await gone.NextAsync();
        Assert.Equal(["deleted a", "deleted b", "left a", "left b"], heard.All.Order());

        void Tell(string what)
        {
            heard.Add(what);
            throw new InvalidTimeZoneException(what);
        }
    }

    private static Task<ArgumentNullException> ShouldRefuseAsync(string parameter, Func<ValueTask> call) =>
        Assert.ThrowsAsync<ArgumentNullException>(parameter, () => call().AsTask());
}
