using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Emitting;

/// <summary>What is done to a pattern's namespaces is done to all of them that exist, by the operators that single ones have.</summary>
public sealed partial class ParentBroadcastTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task Operators_choose_sockets_in_every_namespace()
    {
        WireServer server = await StartAsync();
        ParentNamespace tiles = server.IO.Of(Tile());
        tiles.OnConnection(static socket => socket.On("join", (string room) => socket.JoinAsync(room)));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/");
        string first = await client.JoinAsync("/tile-1");
        await client.JoinAsync("/tile-2");
        await client.JoinAsync("/tile-3");
        await client.SendAsync("42/tile-1,[\"join\",\"a\"]", "42/tile-2,[\"join\",\"a\"]", "42/tile-2,[\"join\",\"muted\"]", "42/tile-3,[\"join\",\"b\"]");
        await client.ShouldHaveNothingElseAsync();

        await tiles.EmitAsync("all", 0);
        await tiles.To("a").EmitAsync("in", 1);
        await tiles.In("a", "b").Except("muted").EmitAsync("in", 2, "x");
        await tiles.Except("a").AsVolatile.Compress(false).Local.EmitAsync("in", new byte[] { 3 });
        await tiles.To(first).EmitAsync("in", 4);
        await tiles.To([]).EmitAsync("in", 5);

        await ShouldReceiveInAnyOrderAsync(client, "42/tile-1,[\"all\",0]", "42/tile-2,[\"all\",0]", "42/tile-3,[\"all\",0]");
        await ShouldReceiveInAnyOrderAsync(client, "42/tile-1,[\"in\",1]", "42/tile-2,[\"in\",1]");
        await ShouldReceiveInAnyOrderAsync(client, "42/tile-1,[\"in\",2,\"x\"]", "42/tile-3,[\"in\",2,\"x\"]");
        await client.ShouldReceiveAsync("451-/tile-3,[\"in\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 3 });
        await client.ShouldReceiveAsync("42/tile-1,[\"in\",4]");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Answers_of_all_namespaces_are_collected()
    {
        WireServer server = await StartAsync();
        ParentNamespace tiles = server.IO.Of(Tile());
        Assert.Empty(await tiles.EmitWithAckAsync<int>("q").Within("there is nobody to ask"));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/tile-1");
        await client.JoinAsync("/tile-2");

        Task<int[]> asking = tiles.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<int>("q");
        await ShouldReceiveInAnyOrderAsync(client, "42/tile-1,0[\"q\"]", "42/tile-2,0[\"q\"]");
        await client.SendAsync("43/tile-1,0[1]", "43/tile-2,0[2]");
        Assert.Equal([1, 2], (await asking.Within("all answer")).Order());

        asking = tiles.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("q");
        await ShouldReceiveInAnyOrderAsync(client, "42/tile-1,1[\"q\"]", "42/tile-2,1[\"q\"]");
        await client.SendAsync("43/tile-1,1[3]");
        await client.JoinAsync("/tile-3");
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        AckTimeoutException<int> late = await Assert.ThrowsAsync<AckTimeoutException<int>>(() => asking.Within("the timeout strikes"));
        Assert.Equal([3], late.Answers);
        Assert.Equal(2, late.Expected);
    }

    [Fact]
    public async Task Sockets_of_all_namespaces_are_fetched_moved_and_disconnected()
    {
        WireServer server = await StartAsync(static options => options.MaxRoomsPerSocket = 2);
        ParentNamespace tiles = server.IO.Of(Tile());
        EngineClient client = await OpenAsync(server);
        string[] ids = [await client.JoinAsync("/tile-1"), await client.JoinAsync("/tile-2")];
        await client.JoinAsync("/tile-3");

        await tiles.To(ids).SocketsJoinAsync("room");
        Assert.Equal(ids.Order(), (await tiles.In("room").FetchSocketsAsync()).Select(static socket => socket.Id).Order());
        AggregateException tooMany = await Assert.ThrowsAsync<AggregateException>(async () => await tiles.SocketsJoinAsync("one", "two"));
        Assert.Equal(2, tooMany.InnerExceptions.Count);
        Assert.All(tooMany.InnerExceptions, static exception => Assert.Contains("MaxRoomsPerSocket", exception.Message, StringComparison.Ordinal));
        await tiles.To(ids[0]).SocketsLeaveAsync("room");
        Assert.Equal([ids[1]], (await tiles.In("room").FetchSocketsAsync()).Select(static socket => socket.Id));
        Assert.Equal(3, (await tiles.FetchSocketsAsync()).Count);
        await tiles.In("room").DisconnectSocketsAsync();

        await client.ShouldReceiveAsync("41/tile-2,");
        Assert.Equal(2, (await tiles.FetchSocketsAsync()).Count);
    }

    [GeneratedRegex("^/tile-\\d$")]
    private static partial Regex Tile();

    // Which namespace comes first is nobody's promise.
    private static async Task ShouldReceiveInAnyOrderAsync(EngineClient client, params string[] packets)
    {
        List<string> received = [];
        foreach (string _ in packets)
        {
            received.Add(await client.ReceiveTextAsync());
        }

        Assert.Equal(packets.Order(StringComparer.Ordinal), received.Order(StringComparer.Ordinal));
    }
}
