using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Events;

/// <summary>Filters stand around the handlers of every event of a namespace.</summary>
public sealed class EventFilterTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_filter_sees_socket_event_arguments_and_ack_and_stands_around_the_handlers_the_first_outermost()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        server.IO.AddEventFilter(async (context, next) =>
        {
            heard.Add($"outer {context.EventName} {string.Join(' ', context.Arguments)} {context.Ack.IsRequested} {context.Socket == server.IO.Sockets.Single()}");
            await next(context);
            heard.Add("outer end");
        });
        server.IO.AddEventFilter(new Recording(heard));
        server.IO.OnConnection(socket => socket.On("sum", async (int a, int b) =>
        {
            heard.Add("handler");
            await Task.Yield();
            return a + b;
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"sum\",1,2]");

        await client.ShouldReceiveAsync("431[3]");
        await ShouldHearAsync(heard, "outer sum 1 2 True True", "inner sum", "handler", "inner end", "outer end");
        await client.SendAsync("42[\"nobody\",\"x\"]");
        await ShouldHearAsync(heard, "outer nobody \"x\" False True", "inner nobody", "inner end", "outer end");
    }

    [Fact]
    public async Task A_filter_may_answer_and_drop_the_event()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("handled events");
        server.IO.AddEventFilter((context, next) => context.EventName == "secret" ? context.Ack.SendAsync("not for you") : next(context));
        server.IO.OnConnection(socket =>
        {
            socket.On("secret", () => heard.Add("secret"));
            socket.On("open", () => heard.Add("open"));
            socket.OnAny((name, _) =>
            {
                heard.Add($"any {name}");
                return Task.CompletedTask;
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"secret\"]", "42[\"secret\"]", "42[\"open\"]");

        await client.ShouldReceiveAsync("431[\"not for you\"]");
        Assert.Equal("any open", await heard.NextAsync());
        Assert.Equal("open", await heard.NextAsync());
    }

    [Theory]
    [InlineData("421[\"now\"]", "431[\"InvalidTimeZoneException: now\"]")]
    [InlineData("422[\"later\"]", "432[\"InvalidTimeZoneException: later\"]")]
    [InlineData("423[\"number\",\"x\"]", "433[\"JsonException")]
    public async Task A_filter_that_catches_what_handlers_throw_translates_it_and_the_log_has_no_error(string packet, string answer)
    {
        WireServer server = await StartAsync();
        server.IO.AddEventFilter(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (Exception exception)
            {
                await context.Ack.SendAsync($"{exception.GetType().Name}: {exception.Message}");
            }
        });
        AddFailingHandlers(server);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        Assert.StartsWith(answer, await client.ReceiveTextAsync(), StringComparison.Ordinal);
        await client.ShouldHaveNothingElseAsync();
        Assert.Equal(packet.Contains("number", StringComparison.Ordinal) ? 1 : 0, server.Log.OfLibrary().Count(static entry => entry.Level >= LogLevel.Warning));
    }

    [Theory]
    [InlineData("42[\"now\"]")]
    [InlineData("42[\"later\"]")]
    [InlineData("42[\"both\"]")]
    public async Task What_a_filter_lets_through_is_logged_once_for_each_handler(string packet)
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var ended = new Heard<string>("ends");
        server.IO.AddEventFilter(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            finally
            {
                ended.Add(context.EventName);
            }
        });
        AddFailingHandlers(server);
        EngineClient client = await JoinAsync(server);
        int expected = packet.Contains("both", StringComparison.Ordinal) ? 2 : 1;

        await client.SendAsync(packet);

        await ended.NextAsync();
        await client.ShouldHaveNothingElseAsync();
        await Deadline.UntilAsync(() => Errors(server).Length >= expected, "the log has the exceptions");
        Assert.Equal(expected, Errors(server).Length);
        Assert.All(Errors(server), static entry => Assert.Contains("stays connected", entry.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_filter_that_waits_keeps_the_order_of_events_and_its_context_outlives_the_packet()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("handled events");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = new Heard<string>("events in the filter");
        server.IO.AddEventFilter(async (context, next) =>
        {
            if (context.EventName == "slow")
            {
                waiting.Add("slow");
                await gate.Task;
            }

            heard.Add($"filter {context.Arguments[0]} {context.Arguments[0].Deserialize<byte[]>()?.Length}");
            await next(context);
        });
        server.IO.OnConnection(socket =>
        {
            socket.On("slow", (byte[] bytes) => heard.Add($"slow {bytes.Length}"));
            socket.On("quick", (byte[] bytes) => heard.Add($"quick {bytes.Length}"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"slow\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1, 2 });
        await client.SendAsync("451-[\"quick\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1, 2, 3 });
        Assert.Equal("slow", await waiting.NextAsync());
        Assert.Empty(heard.All);
        gate.SetResult();

        Assert.Equal("filter {\"_placeholder\":true,\"num\":0} 2", await heard.NextAsync());
        Assert.Equal("slow 2", await heard.NextAsync());
        Assert.Equal("filter {\"_placeholder\":true,\"num\":0} 3", await heard.NextAsync());
        Assert.Equal("quick 3", await heard.NextAsync());
    }

    [Fact]
    public async Task A_handler_that_runs_on_within_a_filter_does_not_hold_up_the_next_event()
    {
        WireServer server = await StartAsync();
        server.IO.AddEventFilter((context, next) => next(context));
        server.IO.OnConnection(socket => socket.On("ask", async () => await socket.EmitWithAckAsync<string>("question")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"ask\"]");

        await client.ShouldReceiveAsync("420[\"question\"]");
        await client.ShouldHaveNothingElseAsync();
        await client.SendAsync("430[\"here\"]");
        await client.ShouldReceiveAsync("431[\"here\"]");
    }

    [Fact]
    public async Task Filters_run_behind_the_middleware_of_the_socket()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        server.IO.AddEventFilter((context, next) =>
        {
            heard.Add($"filter {context.EventName}");
            return next(context);
        });
        server.IO.OnConnection(socket =>
        {
            socket.Use(async (name, _) =>
            {
                await Task.Yield();
                heard.Add($"middleware {name}");
                if (name == "bad")
                {
                    throw new InvalidTimeZoneException("dropped");
                }
            });
            socket.On("bad", () => heard.Add("handler bad"));
            socket.On("good", () => heard.Add("handler good"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"bad\"]", "42[\"good\"]");

        await ShouldHearAsync(heard, "middleware bad", "middleware good", "filter good", "handler good");
    }

    [Fact]
    public async Task Next_runs_the_handlers_once_and_says_so()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var heard = new Heard<string>("handled events");
        Func<Task>? late = null;
        server.IO.AddEventFilter(async (context, next) =>
        {
            if (context.EventName == "kept")
            {
                late = () => next(context).AsTask();
                return;
            }

            await next(context);
            if (context.EventName == "twice")
            {
                await next(context);
            }
        });
        server.IO.OnConnection(socket =>
        {
            socket.On("twice", () => heard.Add("twice"));
            socket.On("kept", () => heard.Add("kept"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"twice\"]", "42[\"kept\"]");
        await client.ShouldHaveNothingElseAsync();

        Assert.Contains("twice", (await Assert.ThrowsAsync<InvalidOperationException>(late!)).Message, StringComparison.Ordinal);
        Assert.Equal(["twice"], heard.All);
        Assert.Contains("called next", Assert.Single(Errors(server)).Exception!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_handlers_throw_is_logged_where_a_filter_does_not_wait_for_them()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(static options => options.AnswerErrors = static exception => exception.Message);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.AddEventFilter((context, next) =>
        {
            _ = next(context).AsTask();
            return ValueTask.CompletedTask;
        });
        server.IO.OnConnection(socket => socket.On("x", async () =>
        {
            await gate.Task;
            throw new InvalidTimeZoneException("later");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"x\"]");
        await client.ShouldHaveNothingElseAsync();
        gate.SetResult();

        await client.ShouldReceiveAsync("431[\"later\"]");
        Assert.Equal("later", Assert.Single(Errors(server)).Exception!.Message);
    }

    [Fact]
    public async Task Filters_of_a_parent_hold_for_all_its_namespaces_those_of_the_server_for_the_default_one()
    {
        WireServer server = await StartAsync();
        server.IO.AddEventFilter((context, _) => context.Ack.SendAsync("default"));
        ParentNamespace tiles = server.IO.Of(new Regex("^/tile-\\d$"));
        Namespace early = server.IO.Of("/tile-1");
        tiles.AddEventFilter((context, next) => context.EventName == "x" ? context.Ack.SendAsync($"parent {context.Socket.Namespace.Name}") : next(context));
        early.AddEventFilter((context, _) => context.Ack.SendAsync("child"));
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/");
        await client.JoinAsync("/tile-1");
        await client.JoinAsync("/tile-2");

        await client.SendAsync("421[\"x\"]", "42/tile-1,2[\"x\"]", "42/tile-1,3[\"y\"]", "42/tile-2,4[\"x\"]");

        await client.ShouldReceiveAsync("431[\"default\"]", "43/tile-1,2[\"parent /tile-1\"]", "43/tile-1,3[\"child\"]", "43/tile-2,4[\"parent /tile-2\"]");
    }

    [Fact]
    public async Task A_filter_that_still_waits_when_its_client_leaves_runs_no_handler()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        server.IO.AddEventFilter(async (context, next) =>
        {
            heard.Add("waiting");
            await Task.Delay(Timeout.Infinite, context.Socket.Disconnected).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await next(context);
            heard.Add("end");
        });
        server.IO.OnConnection(socket => socket.On("x", () => heard.Add("handler")));
        EngineClient client = await JoinAsync(server);
        await client.SendAsync("42[\"x\"]");
        Assert.Equal("waiting", await heard.NextAsync());

        await client.VanishAsync();

        Assert.Equal("end", await heard.NextAsync());
        Assert.Equal(["waiting", "end"], heard.All);
    }

    private static void AddFailingHandlers(WireServer server) => server.IO.OnConnection(static socket =>
    {
        Func<Task> later = static async () =>
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("later");
        };
        Action now = static () => throw new InvalidTimeZoneException("now");
        socket.On("now", now);
        socket.On("later", later);
        socket.On("both", now);
        socket.On("both", later);
        socket.On("number", (int _) => { });
    });

    private static async Task ShouldHearAsync(Heard<string> heard, params string[] steps)
    {
        foreach (string step in steps)
        {
            Assert.Equal(step, await heard.NextAsync());
        }
    }

    private static LogEntry[] Errors(WireServer server) => [.. server.Log.OfLibrary().Where(static entry => entry.Level >= LogLevel.Error)];

    private sealed class Recording(Heard<string> heard) : IEventFilter
    {
        public async ValueTask InvokeAsync(EventContext context, Func<EventContext, ValueTask> next)
        {
            heard.Add($"inner {context.EventName}");
            await next(context);
            heard.Add("inner end");
        }
    }
}
