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

    [GeneratedRegex("^/tile-\\d+$")]
    private static partial Regex Tile();
}
