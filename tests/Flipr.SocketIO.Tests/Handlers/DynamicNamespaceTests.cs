using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Namespaces that come into being when a client asks for them.</summary>
public sealed partial class DynamicNamespaceTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_pattern_creates_the_namespaces_that_match_with_the_parents_handlers()
    {
        WireServer server = await StartAsync();
        var created = new Heard<string>("new namespaces");
        server.IO.OnNewNamespace(ns => created.Add(ns.Name));
        ParentNamespace tiles = server.IO.Of(Tile());
        tiles.OnConnection(socket => socket.On("where", (Ack ack) => ack.SendAsync(socket.Namespace.Name)));
        EngineClient first = await OpenAsync(server);
        EngineClient second = await OpenAsync(server);

        await first.JoinAsync("/tile-1");
        await second.JoinAsync("/tile-1");
        await second.JoinAsync("/tile-22");
        await second.SendAsync("42/tile-22,5[\"where\"]");

        await second.ShouldReceiveAsync("43/tile-22,5[\"/tile-22\"]");
        Assert.Equal(["/tile-1", "/tile-22"], created.All);
        Assert.Equal(["/tile-1", "/tile-22"], tiles.Children.Select(child => child.Name).Order());
        await tiles.EmitAsync("all");
        await first.ShouldReceiveAsync("42/tile-1,[\"all\"]");
    }

    [Fact]
    public async Task A_name_that_nothing_matches_is_an_invalid_namespace()
    {
        WireServer server = await StartAsync();
        server.IO.Of(Tile());
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/tile-x,");

        await client.ShouldReceiveAsync("44/tile-x,{\"message\":\"Invalid namespace\"}");
    }

    [Fact]
    public async Task A_function_decides_by_name_and_auth_and_may_take_its_time()
    {
        WireServer server = await StartAsync();
        server.IO.Of(async (name, auth) =>
        {
            await Task.Yield();
            return name == "/secret" && auth.Json.TryGetProperty("key", out var key) && key.GetString() == "42";
        });
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/secret,{\"key\":\"41\"}");
        await client.ShouldReceiveAsync("44/secret,{\"message\":\"Invalid namespace\"}");
        await client.JoinAsync("/secret", "{\"key\":\"42\"}");
    }

    [Fact]
    public async Task A_function_that_throws_refuses_and_is_logged()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.Of((_, _) => throw new InvalidTimeZoneException("secret"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/x,");

        await client.ShouldReceiveAsync("44/x,{\"message\":\"Invalid namespace\"}");
        await server.Log.ContainsAsync("The function that decides on namespace /x threw");
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task An_empty_child_namespace_is_removed_if_the_option_says_so(bool cleanup, int left)
    {
        WireServer server = await StartAsync(o => o.CleanupEmptyChildNamespaces = cleanup);
        var gone = new Heard<string>("disconnects");
        ParentNamespace tiles = server.IO.Of(Tile());
        tiles.OnConnection(socket => socket.OnDisconnect(gone.Add));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/tile-1");
        Assert.Single(tiles.Children);

        await client.SendAsync("41/tile-1,");
        await gone.NextAsync();

        Assert.Equal(left, tiles.Children.Count);
        await client.JoinAsync("/tile-1");
        Assert.Single(tiles.Children);
    }

    [Fact]
    public async Task A_name_that_the_server_asks_for_is_a_child_of_the_first_pattern_that_matches()
    {
        WireServer server = await StartAsync();
        var created = new Heard<string>("new namespaces");
        server.IO.OnNewNamespace(ns => created.Add(ns.Name));
        ParentNamespace byFunction = server.IO.Of((_, _) => throw new InvalidOperationException("the server has no auth to ask it with"));
        ParentNamespace tiles = server.IO.Of(Tile());
        ParentNamespace all = server.IO.Of(Anything());
        tiles.Use(socket => socket.Handshake.Auth.Json.ValueKind == System.Text.Json.JsonValueKind.Object
            ? Task.CompletedTask
            : throw new ConnectionRefusedException("who are you?"));
        tiles.OnConnection(socket => socket.On("where", (Ack ack) => ack.SendAsync(socket.Namespace.Name).AsTask()));

        Namespace tile = server.IO.Of("tile-5");

        Assert.Same(tile, tiles.Children.Single());
        Assert.Empty(byFunction.Children);
        Assert.Empty(all.Children);
        Assert.Equal(["/tile-5"], created.All);
        Assert.Same(tile, server.IO.Of("/tile-5"));
        EngineClient client = await OpenAsync(server);
        await client.SendAsync("40/tile-5,");
        await client.ShouldReceiveAsync("44/tile-5,{\"message\":\"who are you?\"}");
        await client.JoinAsync("/tile-5", "{}");
        await client.SendAsync("42/tile-5,5[\"where\"]");
        await client.ShouldReceiveAsync("43/tile-5,5[\"/tile-5\"]");
        Assert.Single(created.All);
    }

    [Fact]
    public async Task A_name_that_existed_before_the_pattern_stays_as_it_is()
    {
        WireServer server = await StartAsync();
        Namespace before = server.IO.Of("/tile-1");
        ParentNamespace tiles = server.IO.Of(Tile());

        Assert.Same(before, server.IO.Of("/tile-1"));
        Assert.Empty(tiles.Children);
    }

    [Fact]
    public async Task A_name_that_client_and_server_ask_for_at_once_is_one_namespace()
    {
        WireServer server = await StartAsync();
        var created = new Heard<string>("new namespaces");
        server.IO.OnNewNamespace(ns => created.Add(ns.Name));
        ParentNamespace tiles = server.IO.Of(Tile());
        EngineClient client = await OpenAsync(server);

        for (int n = 0; n < 50; n++)
        {
            string name = $"/tile-{n}";
            Task<Namespace> asking = Task.Run(() => server.IO.Of(name), TestContext.Current.CancellationToken);
            await client.JoinAsync(name);
            Namespace tile = await asking;

            Assert.Same(tile, tiles.Children.Single(child => child.Name == name));
            Assert.Single(tile.Sockets);
        }

        Assert.Equal(50, created.All.Count);
    }

    [Fact]
    public async Task A_child_that_somebody_is_about_to_join_is_not_cleaned_up()
    {
        WireServer server = await StartAsync(o => o.CleanupEmptyChildNamespaces = true);
        var gone = new Heard<string>("disconnects");
        var arriving = new Heard<string>("arrivals");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ParentNamespace tiles = server.IO.Of(Tile());
        tiles.Use(async socket =>
        {
            if (socket.Handshake.Auth.Json.ValueKind == System.Text.Json.JsonValueKind.Object)
            {
                arriving.Add(socket.Id);
                await gate.Task;
            }
        });
        tiles.OnConnection(socket => socket.OnDisconnect(gone.Add));
        EngineClient leaving = await OpenAsync(server);
        EngineClient joining = await OpenAsync(server);
        await leaving.JoinAsync("/tile-1");
        Task<string> join = joining.JoinAsync("/tile-1", "{}");
        await arriving.NextAsync();

        await leaving.SendAsync("41/tile-1,");
        await gone.NextAsync();
        gate.SetResult();
        await join;

        Assert.Single(tiles.Children);
        await server.IO.Of("/tile-1").EmitAsync("x");
        await joining.ShouldReceiveAsync("42/tile-1,[\"x\"]");
        await joining.SendAsync("41/tile-1,");
        await gone.NextAsync();
        Assert.Empty(tiles.Children);
    }

    [Fact]
    public async Task A_child_that_only_refused_clients_came_to_is_cleaned_up()
    {
        WireServer server = await StartAsync(o => o.CleanupEmptyChildNamespaces = true);
        ParentNamespace tiles = server.IO.Of(Tile());
        tiles.Use(_ => throw new ConnectionRefusedException("no"));
        Namespace tile = server.IO.Of("/tile-1");
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/tile-1,");

        await client.ShouldReceiveAsync("44/tile-1,{\"message\":\"no\"}");
        Assert.Empty(tiles.Children);
        Assert.NotSame(tile, server.IO.Of("/tile-1"));
    }

    [Fact]
    public async Task Namespaces_that_nobody_is_in_make_room_for_new_ones_so_that_nobody_can_fill_the_server_for_good()
    {
        WireServer server = await StartAsync(o => o.MaxNamespaces = 4);
        using var counts = new LimitCounts(server);
        ParentNamespace tiles = server.IO.Of(Tile());
        EngineClient client = await OpenAsync(server);
        for (int n = 0; n < 10; n++)
        {
            await client.JoinAsync($"/tile-{n}");
            await client.SendAsync($"41/tile-{n},");
        }

        // Those that somebody is in stay, and then it is full: the default one is the fourth.
        await client.JoinAsync("/tile-10");
        await client.JoinAsync("/tile-11");
        await client.JoinAsync("/tile-12");
        await client.SendAsync("40/tile-13,");
        await client.ShouldReceiveAsync("44/tile-13,{\"message\":\"Too many namespaces\"}");
        Assert.Equal(["MaxNamespaces"], counts.Struck);
        Assert.Equal(["/tile-10", "/tile-11", "/tile-12"], tiles.Children.Select(child => child.Name).Order());

        await client.SendAsync("41/tile-11,");
        await client.JoinAsync("/tile-13");
    }

    [Fact]
    public async Task A_child_that_has_handlers_of_its_own_is_not_the_one_that_makes_room()
    {
        WireServer server = await StartAsync(o => o.MaxNamespaces = 3);
        ParentNamespace tiles = server.IO.Of(Tile());
        server.IO.OnNewNamespace(ns => ns.OnConnection(_ => { }));
        Namespace guarded = server.IO.Of("/tile-1");
        guarded.Use(_ => throw new ConnectionRefusedException("not here"));
        EngineClient client = await OpenAsync(server);

        for (int n = 2; n < 10; n++)
        {
            await client.JoinAsync($"/tile-{n}");
            await client.SendAsync($"41/tile-{n},");
        }

        await client.SendAsync("40/tile-1,");
        await client.ShouldReceiveAsync("44/tile-1,{\"message\":\"not here\"}");
        Assert.Same(guarded, server.IO.Of("/tile-1"));
    }

    [Fact]
    public async Task OnNewNamespace_has_finished_before_anybody_can_join()
    {
        WireServer server = await StartAsync();
        var creating = new Heard<string>("new namespaces");
        var connected = new Heard<string>("connections");
        using var gate = new ManualResetEventSlim();
        ParentNamespace tiles = server.IO.Of(Tile());
        server.IO.OnNewNamespace(ns =>
        {
            creating.Add(ns.Name);
            Assert.Same(ns, server.IO.Of(ns.Name));
            gate.Wait(TimeSpan.FromSeconds(10));
            ns.Use(_ => throw new ConnectionRefusedException("guarded"));
        });
        tiles.OnConnection(socket => connected.Add(socket.Id));
        EngineClient client = await JoinAsync(server);
        Task<Namespace> asking = Task.Run(() => server.IO.Of("/tile-1"), TestContext.Current.CancellationToken);
        await creating.NextAsync();

        await client.SendAsync("40/tile-1,");
        await client.ShouldHaveNothingElseAsync();
        gate.Set();

        await client.ShouldReceiveAsync("44/tile-1,{\"message\":\"guarded\"}");
        await asking;
        Assert.Empty(connected.All);
    }

    [Fact]
    public async Task A_namespace_whose_OnNewNamespace_throws_does_not_exist()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        ParentNamespace tiles = server.IO.Of(Tile());
        server.IO.OnNewNamespace(_ => throw new InvalidTimeZoneException("before the guard stood"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/tile-1,");

        await client.ShouldReceiveAsync("44/tile-1,{\"message\":\"Invalid namespace\"}");
        Assert.Throws<InvalidTimeZoneException>(() => server.IO.Of("/tile-2"));
        Assert.Empty(tiles.Children);
        await server.Log.ContainsAsync("/tile-1 threw");
    }

    [GeneratedRegex(".*")]
    private static partial Regex Anything();

    [GeneratedRegex("^/tile-\\d+$")]
    private static partial Regex Tile();
}
