using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Who hears what is sent to rooms.</summary>
public abstract class RoomTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : RoomTests(Route.Raw1);

    public sealed class OverFallbackPath() : RoomTests(Route.Fallback1);

    public sealed class OverPolling() : RoomTests(Route.Polling1);

    [Fact]
    public async Task A_room_is_heard_by_those_who_joined_it_until_they_leave()
    {
        WireServer server = await StartWithRoomsAsync();
        EngineClient member = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);

        await EnterAsync(member, "r");
        await server.IO.To("r").EmitAsync("x", 1);
        await member.ShouldReceiveAsync("42[\"x\",1]");
        await member.SendAsync("428[\"leave\",\"r\"]");
        await member.ShouldReceiveAsync("438[]");
        await server.IO.To("r").EmitAsync("x", 2);

        await member.ShouldHaveNothingElseAsync();
        await other.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Who_is_in_several_of_the_rooms_hears_it_once()
    {
        WireServer server = await StartWithRoomsAsync();
        EngineClient both = await JoinAsync(server);
        EngineClient one = await JoinAsync(server);
        await EnterAsync(both, "a");
        await EnterAsync(both, "b");
        await EnterAsync(one, "b");

        await server.IO.To("a").In("b").EmitAsync("x");

        await both.ShouldReceiveAsync("42[\"x\"]");
        await one.ShouldReceiveAsync("42[\"x\"]");
        await both.ShouldHaveNothingElseAsync();
        await one.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Except_leaves_out_who_is_in_that_room()
    {
        WireServer server = await StartWithRoomsAsync();
        EngineClient excluded = await JoinAsync(server);
        EngineClient included = await JoinAsync(server);
        await EnterAsync(excluded, "r");
        await EnterAsync(excluded, "muted");
        await EnterAsync(included, "r");

        await server.IO.To("r").Except("muted").EmitAsync("x");
        await server.IO.Except("muted").EmitAsync("y");

        await included.ShouldReceiveAsync("42[\"x\"]", "42[\"y\"]");
        await excluded.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_sockets_own_id_is_a_room()
    {
        WireServer server = await StartAsync();
        EngineClient client = await OpenAsync(server);
        string id = await client.JoinAsync();
        EngineClient other = await JoinAsync(server);

        await server.IO.To(id).EmitAsync("you");

        await client.ShouldReceiveAsync("42[\"you\"]");
        await other.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_sockets_own_broadcast_leaves_itself_out()
    {
        WireServer server = await StartWithRoomsAsync();
        EngineClient sender = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);
        await EnterAsync(sender, "r");
        await EnterAsync(other, "r");

        await sender.SendAsync("42[\"tell\",\"r\",\"hello\"]");

        await other.ShouldReceiveAsync("42[\"told\",\"hello\"]");
        await sender.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_room_of_one_namespace_is_none_of_anothers()
    {
        WireServer server = await StartWithRoomsAsync();
        Namespace admin = server.IO.Of("/admin");
        admin.OnConnection(async socket => await socket.JoinAsync("r"));
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/admin");
        await Deadline.UntilAsync(() => admin.Sockets.SingleOrDefault()?.Rooms.Contains("r") == true, "the connection handler has joined the room");

        await server.IO.To("r").EmitAsync("x");
        await admin.To("r").EmitAsync("y");

        await client.ShouldReceiveAsync("42/admin,[\"y\"]");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Disconnecting_fires_while_the_rooms_are_still_there_and_disconnect_when_they_are_gone()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(async socket =>
        {
            socket.OnDisconnecting(reason => heard.Add($"disconnecting {reason}: {Rooms(socket)}"));
            socket.OnDisconnect(reason => heard.Add($"disconnect {reason}: {Rooms(socket)}"));
            await socket.JoinAsync("a");
            await socket.JoinAsync("b");
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        Assert.Equal("disconnecting client namespace disconnect: a b id", await heard.NextAsync());
        Assert.Equal("disconnect client namespace disconnect: ", await heard.NextAsync());

        static string Rooms(Socket socket) => string.Join(' ', socket.Rooms.Select(room => room == socket.Id ? "id" : room).Order());
    }

    [Fact]
    public async Task A_socket_that_left_hears_no_room_any_more_and_joins_none()
    {
        WireServer server = await StartAsync();
        var left = new Heard<Socket>("disconnects");
        server.IO.OnConnection(async socket =>
        {
            socket.OnDisconnect(_ => left.Add(socket));
            await socket.JoinAsync("r");
        });
        EngineClient client = await JoinAsync(server);
        await client.SendAsync("41");
        Socket socket = await left.NextAsync();

        await socket.JoinAsync("r");

        Assert.Empty(socket.Rooms);
        await client.JoinAsync();
        await server.IO.To(socket.Id).EmitAsync("to nobody");
        await client.ShouldHaveNothingElseAsync();
    }

    private async Task<WireServer> StartWithRoomsAsync()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket =>
        {
            socket.On("enter", async (string room, Ack ack) =>
            {
                await socket.JoinAsync(room);
                await ack.SendAsync();
            });
            socket.On("leave", async (string room, Ack ack) =>
            {
                await socket.LeaveAsync(room);
                await ack.SendAsync();
            });
            socket.On("tell", async (string room, string text) => await socket.To(room).EmitAsync("told", text));
        });
        return server;
    }

    private static async Task EnterAsync(EngineClient client, string room)
    {
        await client.SendAsync($"427[\"enter\",\"{room}\"]");
        await client.ShouldReceiveAsync("437[]");
    }
}
