using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Adapters;

/// <summary>Everything about a namespace's sockets goes through its adapter, and works when that takes its time.</summary>
public abstract class AdapterTests(Route route) : WireTest(route)
{
    private readonly List<DelayingAdapter> _adapters = [];

    public sealed class OverWebSocket() : AdapterTests(Route.Raw1);

    public sealed class OverPolling() : AdapterTests(Route.Polling1);

    [Fact]
    public async Task A_broadcast_asks_the_adapter_and_its_offset_is_the_last_argument()
    {
        WireServer server = await StartAsync(givesOffsets: true);
        EngineClient client = await JoinAsync(server);

        await server.IO.EmitAsync("news", 1, "two");
        await server.IO.To("nowhere").EmitAsync("unheard");
        await server.IO.EmitAsync("none");
        await server.IO.EmitAsync("bytes", new byte[] { 1, 2, 3 });
        await server.IO.AsVolatile.EmitAsync("now", 5);

        await client.ShouldReceiveAsync("""42["news",1,"two","offset-1"]""", """42["none","offset-3"]""", """451-["bytes",{"_placeholder":true,"num":0},"offset-4"]""", new byte[] { 1, 2, 3 });
        Assert.Equal(
            [
                """broadcast ["news",1,"two"] to [] except []""", """broadcast ["unheard"] to [nowhere] except []""", """broadcast ["none"] to [] except []""",
                """broadcast ["bytes",{"_placeholder":true,"num":0}] to [] except []""", """broadcast ["now",5] to [] except [] volatile""",
            ],
            Adapter.Asked);
    }

    [Fact]
    public async Task An_emit_has_been_done_when_the_adapter_has_done_it_and_what_was_serialised_may_change_meanwhile()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        EngineClient client = await JoinAsync(server);
        Adapter.Holds = true;
        byte[] bytes = [1, 2, 3];

        ValueTask emit = server.IO.EmitAsync("bytes", bytes);
        bytes[0] = 9;
        Assert.False(emit.IsCompleted);
        Adapter.LetOn();
        await emit;

        await client.ShouldReceiveAsync("""451-["bytes",{"_placeholder":true,"num":0}]""", new byte[] { 1, 2, 3 });
    }

    [Fact]
    public async Task Operators_arrive_as_the_target()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        string sid = "";
        server.IO.OnConnection(socket => sid = socket.Id);
        await JoinAsync(server);

        await server.IO.To("a", "b").Except("c").Compress(false).EmitAsync("x");
        await server.IO.Local.EmitAsync("y");
        await server.IO.Default.FindSocket(sid)!.Broadcast.EmitAsync("z");

        Assert.Equal(
            [
                """broadcast ["x"] to [a b] except [c] uncompressed""", """broadcast ["y"] to [] except [] local""", $"""broadcast ["z"] to [] except [{sid}]""",
            ],
            Adapter.Asked);
    }

    [Fact]
    public async Task A_question_to_all_collects_the_answers_and_one_without_recipients_is_answered_at_once()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        EngineClient client = await JoinAsync(server);

        Task<int[]> answers = server.IO.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<int>("question", 1);
        Assert.Equal("""420["question",1]""", await client.ReceiveTextAsync());
        await client.SendAsync("430[7]");

        Assert.Equal<int[]>([7], await answers.Within("the answer"));
        Assert.Empty(await server.IO.To("nowhere").EmitWithAckAsync<int>("question", 1).Within("the answer of nobody"));
        Assert.Equal("""broadcast with ack ["question",1] to [] except [] 5000 ms""", Adapter.Asked.First());
    }

    [Fact]
    public async Task Rooms_and_bulk_operations_go_through_it()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        await socket.JoinAsync("one");
        await server.IO.To("one").EmitAsync("to one");
        await client.ShouldReceiveAsync("""42["to one"]""");
        await server.IO.In("one").SocketsJoinAsync("two", "three");
        RemoteSocket remote = Assert.Single(await server.IO.In("three").FetchSocketsAsync());
        Assert.Equal(new HashSet<string> { socket.Id, "one", "two", "three" }, remote.Rooms.ToHashSet());
        Assert.Equal([("one", 1), ("three", 1), ("two", 1)], (await server.IO.Default.CountRoomsAsync()).Select(room => (room.Key, room.Value)).Order());
        await server.IO.SocketsLeaveAsync("two");
        await socket.LeaveAsync("three");
        Assert.Equal(new HashSet<string> { socket.Id, "one" }, socket.Rooms.ToHashSet());
        await server.IO.In("one").DisconnectSocketsAsync(close: true);
        await client.ShouldReceiveAsync("41");

        Assert.Equal(
            [
                "join one", """broadcast ["to one"] to [one] except []""", "sockets join two three to [one] except []", "fetch to [three] except []",
                "sockets leave two to [] except []", "leave three", "disconnect True to [one] except []",
            ],
            Adapter.Asked);
    }

    [Fact]
    public async Task A_remote_socket_is_done_to_by_its_id()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        EngineClient client = await JoinAsync(server);
        server.IO.Sockets.Single().Data["name"] = "Ada";
        RemoteSocket remote = Assert.Single(await server.IO.FetchSocketsAsync());
        server.IO.Sockets.Single().Data["name"] = "Grace";

        Assert.Equal("Ada", remote.Data["name"]);
        await remote.EmitAsync("hello", 1);
        await client.ShouldReceiveAsync("""42["hello",1]""");
        await remote.JoinAsync("room");
        await remote.LeaveAsync("room");
        Task<string> answer = remote.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<string>("who");
        Assert.Equal("""420["who"]""", await client.ReceiveTextAsync());
        await client.SendAsync("430[\"me\"]");
        Assert.Equal("me", await answer.Within("the answer"));
        await remote.DisconnectAsync();
        await client.ShouldReceiveAsync("41");
        await Assert.ThrowsAsync<SocketDisconnectedException>(() => remote.EmitWithAckAsync<string>("who").Within("the refusal"));

        Assert.Equal(
            [
                "fetch to [] except []", $"""broadcast ["hello",1] to [{remote.Id}] except [] single""", $"sockets join room to [{remote.Id}] except [] single",
                $"sockets leave room to [{remote.Id}] except [] single", $"""broadcast with ack ["who"] to [{remote.Id}] except [] single 5000 ms""",
                $"disconnect False to [{remote.Id}] except [] single", $"""broadcast with ack ["who"] to [{remote.Id}] except [] single""",
            ],
            Adapter.Asked);
    }

    [Fact]
    public async Task What_a_parent_emits_goes_through_the_adapter_of_each_child_and_to_their_listeners()
    {
        WireServer server = await StartAsync(givesOffsets: true);
        ParentNamespace parent = server.IO.Of(new System.Text.RegularExpressions.Regex("^/room-\\d$"));
        var outgoing = new Heard<string>("what was sent");
        parent.OnConnection(socket => socket.OnAnyOutgoing((name, arguments) => outgoing.Add($"{socket.Namespace.Name} {name} {string.Join(' ', arguments)}")));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/room-1");
        await client.JoinAsync("/room-2");

        await parent.EmitAsync("news", 1);

        Assert.Equal(
            new HashSet<string> { """42/room-1,["news",1,"offset-1"]""", """42/room-2,["news",1,"offset-1"]""" },
            new HashSet<string> { await client.ReceiveTextAsync(), await client.ReceiveTextAsync() });
        Assert.Equal(new HashSet<string> { "/room-1 news 1 \"offset-1\"", "/room-2 news 1 \"offset-1\"" }, new HashSet<string> { await outgoing.NextAsync(), await outgoing.NextAsync() });
    }

    [Fact]
    public async Task Servers_are_asked_through_it_and_one_server_alone_has_no_others()
    {
        WireServer server = await StartAsync(givesOffsets: false);
        await server.IO.Default.ServerSideEmitAsync("refresh", 1);
        Assert.Equal<int[]>([2, 3], await server.IO.Default.ServerSideEmitWithAckAsync<int>(TimeSpan.FromSeconds(5), "ask", 2, 3));
        Assert.Equal(["""server side ["refresh",1]""", """server side ["ask",2,3]"""], Adapter.Asked);

        WireServer alone = await StartAsync();
        await alone.IO.Default.ServerSideEmitAsync("refresh", 1);
        Assert.Empty(await alone.IO.Default.ServerSideEmitWithAckAsync<int>(TimeSpan.FromSeconds(5), "ask").Within("the answer of no other server"));
    }

    [Fact]
    public async Task An_adapter_that_throws_fails_the_emit_and_costs_nothing_else()
    {
        WireServer server = await StartAsync(options => options.Adapter = local => new ThrowingAdapter(local));
        EngineClient client = await JoinAsync(server);

        await Assert.ThrowsAsync<IOException>(async () => await server.IO.EmitAsync("news"));
        await Assert.ThrowsAsync<IOException>(() => server.IO.EmitWithAckAsync<int>("question").Within("the refusal"));

        await server.IO.Sockets.Single().EmitAsync("still here");
        await client.ShouldReceiveAsync("""42["still here"]""");
    }

    [Fact]
    public async Task Clients_join_when_it_has_started_and_it_ends_with_the_server()
    {
        var ready = new TaskCompletionSource();
        DelayingAdapter? adapter = null;
        WireServer server = await StartAsync(options => options.Adapter = local => adapter = new DelayingAdapter(local) { Ready = ready.Task });
        EngineClient client = await OpenAsync(server);
        await client.SendAsync("40");
        Assert.Empty(server.IO.Sockets);

        ready.SetResult();

        EngineClient.SidOf(await client.ReceiveTextAsync());
        Assert.False(adapter!.IsDisposed);
        await server.PassUntilAsync(server.StopAsync(), "the application stops");
        await server.DisposeAsync();
        Assert.True(adapter.IsDisposed);
    }

    [Fact]
    public async Task Where_it_could_not_start_nobody_joins_and_the_log_says_why()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(options => options.Adapter = local => new DelayingAdapter(local) { Ready = Task.FromException(new IOException("The broker is down.")) });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        await client.ShouldReceiveAsync("""44{"message":"Internal server error"}""");
        Assert.Contains(server.Log.Entries, entry => entry.Exception?.Message == "The broker is down.");
    }

    private DelayingAdapter Adapter => _adapters.Single(adapter => adapter.Namespace.Name == "/");

    private Task<WireServer> StartAsync(bool givesOffsets) => StartAsync(options => options.Adapter = local =>
    {
        var adapter = new DelayingAdapter(local) { GivesOffsets = givesOffsets };
        lock (_adapters)
        {
            _adapters.Add(adapter);
        }

        return adapter;
    });
}
