using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What a handler returns answers the event.</summary>
public sealed class AnsweringHandlerTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("421[\"none\"]", "431[\"nothing\"]")]
    [InlineData("422[\"one\",20]", "432[21]")]
    [InlineData("423[\"sum\",1,2]", "433[3]")]
    [InlineData("424[\"three\",1,2,3]", "434[{\"sum\":6}]")]
    [InlineData("425[\"four\",1,2,3,4]", "435[[1,2,3,4]]")]
    [InlineData("426[\"async\",5]", "436[6]")]
    [InlineData("427[\"async expression\",5]", "437[6]")]
    [InlineData("428[\"task\",5]", "438[6]")]
    [InlineData("429[\"value task\",5]", "439[6]")]
    [InlineData("4210[\"null\"]", "4310[null]")]
    [InlineData("4211[\"once\",1]", "4311[1]")]
    public async Task A_handlers_value_is_the_answer_whatever_form_it_comes_in(string packet, string answer)
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket =>
        {
            socket.On("none", () => "nothing");
            socket.On("one", (int a) => a + 1);
            socket.On("sum", (int a, int b) => a + b);
            socket.On("three", (int a, int b, int c) => new { Sum = a + b + c });
            socket.On("four", (int a, int b, int c, int d) => new[] { a, b, c, d });
            socket.On("async", async (int a) =>
            {
                await Task.Yield();
                return a + 1;
            });
            socket.On("async expression", async (int a) => await IncrementAsync(a));
            socket.On("task", (int a) => IncrementAsync(a));
            socket.On("value task", (int a) => new ValueTask<int>(a + 1));
            socket.On("null", () => (string?)null);
            socket.Once("once", (int a) => a);
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await client.ShouldReceiveAsync(answer);
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Binary_values_that_a_handler_returns_are_attachments()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket => socket.On("bytes", () => new byte[] { 1, 2 }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"bytes\"]");

        await client.ShouldReceiveAsync("461-1[{\"_placeholder\":true,\"num\":0}]", new byte[] { 1, 2 });
    }

    [Fact]
    public async Task A_value_that_nobody_asked_for_is_not_sent_and_an_event_is_answered_once()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket =>
        {
            socket.On("x", () => "unasked");
            socket.On("both", async (Ack ack) =>
            {
                await ack.SendAsync("by ack");
                return "by value";
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\"]", "421[\"both\"]");

        await client.ShouldReceiveAsync("431[\"by ack\"]");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_handler_that_throws_instead_of_returning_answers_nothing()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket =>
        {
            socket.On("now", new Func<int>(static () => throw new InvalidTimeZoneException("now")));
            socket.On("later", async () =>
            {
                await Task.Yield();
                return int.Parse("not a number", System.Globalization.CultureInfo.InvariantCulture);
            });
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"now\"]", "422[\"later\"]");

        await client.ShouldHaveNothingElseAsync();
        await Deadline.UntilAsync(() => server.Log.OfLibrary().Count(static entry => entry.Level == LogLevel.Error) == 2, "both are logged");
    }

    [Fact]
    public async Task An_answering_handler_is_removed_by_Off()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket =>
        {
            Func<int, int> handler = static a => a;
            socket.On("x", handler);
            socket.Off("x", handler);
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"x\",1]");

        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task A_CancellationToken_takes_no_argument_and_is_cancelled_when_the_client_leaves()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("steps");
        server.IO.OnConnection(socket => socket.On("wait", async (int first, CancellationToken left, int second) =>
        {
            heard.Add($"{first} {second} {left == socket.Disconnected}");
            try
            {
                await Task.Delay(Timeout.Infinite, left);
            }
            finally
            {
                heard.Add("cancelled");
            }
        }));
        EngineClient client = await JoinAsync(server);
        await client.SendAsync("42[\"wait\",1,2]");
        Assert.Equal("1 2 True", await heard.NextAsync());

        await client.VanishAsync();

        Assert.Equal("cancelled", await heard.NextAsync());
    }

    private static async Task<int> IncrementAsync(int a)
    {
        await Task.Yield();
        return a + 1;
    }
}
