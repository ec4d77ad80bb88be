using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Adding and removing listeners, and middleware for every event.</summary>
public sealed class ListenerTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task Once_hears_one_event_only()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.Once("x", (int n) => heard.Add($"once {n}"));
            socket.On("x", (int n) => heard.Add($"on {n}"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",1]", "42[\"x\",2]");

        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(["once 1", "on 1", "on 2"], heard.All);
    }

    [Fact]
    public async Task Off_removes_one_handler_or_all_of_an_event()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            Action first = () => heard.Add("first");
            socket.On("x", first);
            socket.On("x", () => heard.Add("second"));
            socket.On("y", () => heard.Add("y"));
            socket.Off("x", first);
            socket.Off("y");
            socket.Off("never registered");
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\"]", "42[\"y\"]");

        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(["second"], heard.All);
    }

    [Fact]
    public async Task OnAny_hears_every_event_before_its_handlers_until_OffAny()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.OnAny((name, arguments) =>
            {
                heard.Add($"any {name} {string.Join('|', arguments)}");
                return Task.CompletedTask;
            });
            socket.On("x", () => heard.Add("x"));
            socket.On("off", () => socket.OffAny());
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",1,{\"a\":[2]}]", "42[\"nobody's\"]", "42[\"off\"]", "42[\"x\"]");

        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(["any x 1|{\"a\":[2]}", "x", "any nobody's ", "any off ", "x"], heard.All);
    }

    [Fact]
    public async Task OnAnyOutgoing_hears_what_is_sent_to_the_socket_broadcasts_included_until_OffAnyOutgoing()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.OnAnyOutgoing((name, arguments) => heard.Add($"{name} {string.Join('|', arguments)}")));
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        await socket.EmitAsync("own", 1, "two");
        await server.IO.EmitAsync("everyone", new[] { 3 });
        await socket.Broadcast.EmitAsync("the others");
        socket.OffAnyOutgoing();
        await socket.EmitAsync("unheard");

        await client.ShouldReceiveAsync("42[\"own\",1,\"two\"]", "42[\"everyone\",[3]]", "42[\"unheard\"]");
        Assert.Equal(["own 1|\"two\"", "everyone [3]"], heard.All);
    }

    [Fact]
    public async Task OnAnyOutgoing_hears_what_a_parent_namespace_sends()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        ParentNamespace rooms = server.IO.Of(new System.Text.RegularExpressions.Regex("^/room-"));
        rooms.OnConnection(socket => socket.OnAnyOutgoing((name, arguments) => heard.Add($"{socket.Namespace.Name} {name} {string.Join('|', arguments)}")));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/room-1");
        await client.JoinAsync("/room-2");

        await rooms.EmitAsync("all", 1);

        Assert.Equal(["/room-1 all 1", "/room-2 all 1"], heard.All.Order());
    }

    [Theory]
    [InlineData("off")]
    [InlineData("off all")]
    [InlineData("leave")]
    public async Task When_nobody_listens_to_outgoing_events_any_more_they_are_read_for_nobody(string how)
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.First();
        Action<string, IReadOnlyList<JsonData>> listener = static (_, _) => { };
        socket.OnAnyOutgoing(listener);
        Assert.True(server.IO.Default.HasOutgoingListeners);

        switch (how)
        {
            case "off":
                socket.OffAnyOutgoing(listener);
                break;
            case "off all":
                socket.OffAnyOutgoing();
                break;
            default:
                await socket.DisconnectAsync();
                break;
        }

        Assert.False(server.IO.Default.HasOutgoingListeners);
    }

    [Fact]
    public async Task Use_sees_every_event_first_and_drops_what_it_throws_on_in_order()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.Use(async (name, arguments) =>
            {
                await Task.Yield();
                heard.Add($"seen {name} {arguments.Count}");
                if (name == "bad")
                {
                    throw new InvalidOperationException("not today");
                }
            });
            socket.On("bad", () => heard.Add("bad"));
            socket.On("good", (int n) => heard.Add($"good {n}"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"bad\"]", "42[\"good\",1]", "42[\"good\",2]");

        foreach (string expected in new[] { "seen bad 0", "seen good 1", "good 1", "seen good 1", "good 2" }.Order())
        {
            await heard.NextAsync();
        }

        Assert.DoesNotContain("bad", heard.All);
        Assert.Equal(["seen bad 0", "seen good 1"], heard.All.Take(2));
        Assert.Equal(["good 1", "good 2"], heard.All.Where(e => e.StartsWith("good", StringComparison.Ordinal)));
        await server.Log.ContainsAsync("A middleware dropped 'bad'");
    }
}
