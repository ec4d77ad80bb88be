using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Handlers may return a ValueTask, as the library's own methods do: what becomes of it is seen as with a Task.</summary>
public sealed class ValueTaskHandlerTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("none", "")]
    [InlineData("one", ",1")]
    [InlineData("two", ",1,2")]
    [InlineData("three", ",1,2,3")]
    [InlineData("four", ",1,2,3,4")]
    [InlineData("once none", "")]
    [InlineData("once one", ",1")]
    [InlineData("once two", ",1,2")]
    [InlineData("once three", ",1,2,3")]
    [InlineData("once four", ",1,2,3,4")]
    public async Task What_a_handler_throws_after_its_first_await_is_logged(string name, string arguments)
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket =>
        {
            socket.On("none", () => FailAsync());
            socket.On("one", (int a) => FailAsync());
            socket.On("two", (int a, int b) => FailAsync());
            socket.On("three", (int a, int b, int c) => FailAsync());
            socket.On("four", (int a, int b, int c, int d) => FailAsync());
            socket.Once("once none", () => FailAsync());
            socket.Once("once one", (int a) => FailAsync());
            socket.Once("once two", (int a, int b) => FailAsync());
            socket.Once("once three", (int a, int b, int c) => FailAsync());
            socket.Once("once four", (int a, int b, int c, int d) => FailAsync());
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42[\"{name}\"{arguments}]", $"42[\"{name}\"{arguments}]");

        // The log names the event also where nobody handles it: only the failures tell that it was handled.
        int expected = name.StartsWith("once", StringComparison.Ordinal) ? 1 : 2;
        await Deadline.UntilAsync(() => Failures(server) >= expected, "the handlers' failures are logged");
        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(expected, Failures(server));
    }

    [Fact]
    public async Task What_a_connection_handler_throws_after_its_first_await_is_logged()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(_ => FailAsync());
        server.IO.Of("/static").OnConnection(_ => FailAsync());
        server.IO.Of(new Regex("^/tile-\\d+$")).OnConnection(_ => FailAsync());
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/static");
        await client.JoinAsync("/tile-1");

        await Deadline.UntilAsync(() => Failures(server) == 3, "all three failed");
    }

    [Fact]
    public async Task What_a_disconnect_handler_throws_after_its_first_await_is_logged_and_the_next_waits_for_it()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var heard = new Heard<int>("failures before");
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnecting(_ => FailAsync());
            socket.OnDisconnect(_ => FailAsync());
            socket.OnDisconnect(_ => heard.Add(Failures(server)));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("41");

        Assert.Equal(2, await heard.NextAsync());
    }

    [Fact]
    public async Task Middleware_may_refuse_after_its_first_await()
    {
        WireServer server = await StartAsync();
        server.IO.Use(_ => RefuseAsync());
        server.IO.Of("/static").Use(_ => RefuseAsync());
        server.IO.Of(new Regex("^/tile-\\d+$")).Use(_ => RefuseAsync());
        EngineClient client = await OpenAsync(server);

        foreach (string ns in new[] { "", "/static,", "/tile-1," })
        {
            await client.SendAsync($"40{ns}");
            await client.ShouldReceiveAsync($"44{ns}{{\"message\":\"not you\"}}");
        }
    }

    [Fact]
    public async Task Middleware_for_events_may_drop_one_after_its_first_await()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.Use((name, _) => name == "dropped" ? FailAsync() : ValueTask.CompletedTask);
            socket.On("dropped", () => heard.Add("dropped"));
            socket.On("kept", () => heard.Add("kept"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"dropped\"]");
        await server.Log.ContainsAsync("A middleware dropped 'dropped'");
        await client.SendAsync("42[\"kept\"]");

        Assert.Equal("kept", await heard.NextAsync());
    }

    [Fact]
    public async Task A_listener_to_everything_is_removed_by_what_was_registered()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            Func<string, IReadOnlyList<JsonData>, ValueTask> first = (name, _) => HearAsync($"first {name}");
            Func<string, IReadOnlyList<JsonData>, ValueTask> second = (name, _) => HearAsync($"second {name}");
            socket.OnAny(first);
            socket.OnAny(second);
            socket.On("off", () => socket.OffAny(first));
            socket.On("all off", () => socket.OffAny());
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"off\"]", "42[\"all off\"]", "42[\"x\"]");

        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(["first off", "second off", "second all off"], heard.All);

        ValueTask HearAsync(string what)
        {
            heard.Add(what);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task Off_removes_a_handler_by_what_was_registered()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<int>("events");
        server.IO.OnConnection(socket =>
        {
            Func<int, ValueTask> handler = number =>
            {
                heard.Add(number);
                return ValueTask.CompletedTask;
            };
            socket.On("x", handler);
            socket.Off("x", handler);
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",1]");

        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(heard.All);
    }

    [Fact]
    public async Task Lambdas_and_methods_of_every_form_bind_and_run()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("handlers");
        string[] names = ["async block", "async expression", "value task", "task", "void", "void block", "value task block", "void method", "task method", "value task method", "async without arguments"];
        server.IO.OnConnection(async socket =>
        {
            socket.On("async block", async (string name) =>
            {
                await Task.CompletedTask;
                heard.Add(name);
            });
            socket.On("async expression", async (string name) => await HearLater(name));
            socket.On("value task", (string name) => HearLater(name));
            socket.On("task", (string name) => HearSoon(name));
            socket.On("void", (string name) => heard.Add(name));
            socket.On("void block", (string name) =>
            {
                heard.Add(name);
            });
            socket.On("value task block", (string name) =>
            {
                heard.Add(name);
                return ValueTask.CompletedTask;
            });
            socket.On<string>("void method", heard.Add);
            socket.On<string>("task method", HearSoon);
            socket.On<string>("value task method", HearLater);
            socket.On("async without arguments", async () => await HearLater("async without arguments"));
            socket.On("library call", (string name, Ack ack) => ack.SendAsync(name));
            socket.On("library call in block", (string name, Ack ack) => { return ack.SendAsync(name); });
            socket.On("throws", () => throw new InvalidTimeZoneException());
            socket.OnDisconnecting(_ => HearLater("disconnecting"));
            socket.OnDisconnect(heard.Add);
            await Task.CompletedTask;
        });
        EngineClient client = await JoinAsync(server);

        foreach (string name in names)
        {
            await client.SendAsync($"42[\"{name}\",\"{name}\"]");
            Assert.Equal(name, await heard.NextAsync());
        }

        await client.SendAsync("421[\"library call\",\"a\"]", "422[\"library call in block\",\"b\"]", "41");
        await client.ShouldReceiveAsync("431[\"a\"]", "432[\"b\"]");
        Assert.Equal("disconnecting", await heard.NextAsync());
        Assert.Equal("client namespace disconnect", await heard.NextAsync());

        Task HearSoon(string name)
        {
            heard.Add(name);
            return Task.CompletedTask;
        }

        ValueTask HearLater(string name) => new(HearSoon(name));
    }

    private static async ValueTask RefuseAsync()
    {
        await Task.Yield();
        throw new ConnectionRefusedException("not you");
    }

    private static int Failures(WireServer server) => server.Log.OfLibrary().Count(entry => entry.Exception is InvalidTimeZoneException);

    private static async ValueTask FailAsync()
    {
        await Task.Yield();
        throw new InvalidTimeZoneException("the handler's secret");
    }
}
