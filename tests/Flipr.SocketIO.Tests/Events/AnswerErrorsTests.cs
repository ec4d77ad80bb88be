using System.Text.Json;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Events;

/// <summary>What a client that waits for an answer is told where its event failed: nothing, unless the option says what.</summary>
public sealed class AnswerErrorsTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("421[\"now\"]", "431[{\"error\":\"InvalidTimeZoneException\"}]")]
    [InlineData("422[\"later\"]", "432[{\"error\":\"InvalidTimeZoneException\"}]")]
    [InlineData("423[\"value\"]", "433[{\"error\":\"InvalidTimeZoneException\"}]")]
    [InlineData("424[\"number\",\"x\"]", "434[{\"error\":\"JsonException\"}]")]
    [InlineData("425[\"read\",\"x\"]", "435[{\"error\":\"JsonException\"}]")]
    public async Task With_the_option_an_event_that_failed_is_answered_by_it(string packet, string answer)
    {
        ErrorsExpected = true;
        WireServer server = await StartFailingAsync(static exception => new { Error = exception is JsonException ? "JsonException" : exception.GetType().Name });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await client.ShouldReceiveAsync(answer);
        await client.ShouldHaveNothingElseAsync();
    }

    [Theory]
    [InlineData("421[\"filtered\"]", "431[\"filtered\"]")]
    [InlineData("422[\"kept out\"]", "432[\"kept out\"]")]
    [InlineData("423[\"now\"]", "433[\"now\"]")]
    [InlineData("424[\"later\"]", "434[\"later\"]")]
    public async Task What_filters_and_middleware_throw_is_answered_as_well_and_handlers_behind_them(string packet, string answer)
    {
        ErrorsExpected = true;
        WireServer server = await StartFailingAsync(static exception => exception.Message);
        server.IO.AddEventFilter(static (context, next) => context.EventName == "filtered" ? throw new InvalidTimeZoneException("filtered") : next(context));
        server.IO.OnConnection(static socket => socket.Use(static (name, _) => name == "kept out" ? throw new InvalidTimeZoneException("kept out") : Task.CompletedTask));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await client.ShouldReceiveAsync(answer);
        await client.ShouldHaveNothingElseAsync();
    }

    [Theory]
    [InlineData("421[\"now\"]")]
    [InlineData("421[\"later\"]")]
    [InlineData("421[\"number\",\"x\"]")]
    public async Task Without_the_option_or_where_it_says_null_nothing_is_answered(string packet)
    {
        ErrorsExpected = true;
        foreach (Func<Exception, object?>? option in new Func<Exception, object?>?[] { null, static _ => null })
        {
            WireServer server = await StartFailingAsync(option);
            EngineClient client = await JoinAsync(server);

            await client.SendAsync(packet);
            await server.Log.ContainsAsync(packet.Contains("number", StringComparison.Ordinal) ? "is not a" : "threw");

            await client.ShouldHaveNothingElseAsync();
        }
    }

    [Fact]
    public async Task An_answer_that_is_there_already_stays_and_the_option_is_not_asked_where_no_answer_is_wanted()
    {
        ErrorsExpected = true;
        int asked = 0;
        WireServer server = await StartFailingAsync(_ => $"asked {++asked}");
        server.IO.OnConnection(static socket => socket.On("half", async (Ack ack) =>
        {
            await ack.SendAsync("half");
            throw new InvalidTimeZoneException("half");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"now\"]", "421[\"half\"]", "422[\"now\"]");

        await client.ShouldReceiveAsync("431[\"half\"]", "432[\"asked 2\"]");
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Another_handler_that_answers_later_is_heard_rather_than_the_error()
    {
        ErrorsExpected = true;
        WireServer server = await StartFailingAsync(static _ => "error");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.OnConnection(socket => socket.On("now", async () =>
        {
            await gate.Task;
            return "answer";
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"now\"]");
        await client.ShouldHaveNothingElseAsync();
        gate.SetResult();

        await client.ShouldReceiveAsync("431[\"answer\"]");
    }

    [Fact]
    public async Task An_option_that_throws_or_says_what_cannot_be_written_is_logged_and_answers_nothing()
    {
        ErrorsExpected = true;
        WireServer server = await StartFailingAsync(static exception => exception.Message == "now" ? throw new InvalidCastException("in the option") : (Action)(static () => { }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"now\"]", "422[\"later\"]");

        await Deadline.UntilAsync(() => server.Log.OfLibrary().Count(static entry => entry.Message.Contains("AnswerErrors", StringComparison.Ordinal)) == 2, "both are logged");
        await client.ShouldHaveNothingElseAsync();
    }

    private async Task<WireServer> StartFailingAsync(Func<Exception, object?>? option)
    {
        WireServer server = await StartAsync(options => options.AnswerErrors = option);
        server.IO.OnConnection(static socket =>
        {
            socket.On("now", new Action(static () => throw new InvalidTimeZoneException("now")));
            socket.On("later", async () =>
            {
                await Task.Yield();
                throw new InvalidTimeZoneException("later");
            });
            socket.On("value", new Func<int>(static () => throw new InvalidTimeZoneException("value")));
            socket.On("number", (int _) => { });
            socket.On("read", (JsonData data) => data.Deserialize<int>());
        });

        return server;
    }
}
