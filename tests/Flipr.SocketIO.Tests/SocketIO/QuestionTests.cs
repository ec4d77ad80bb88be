using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Questions of the server: events that want an ack from the client.</summary>
public abstract class QuestionTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : QuestionTests(Route.Raw1);

    public sealed class OverFallbackPath() : QuestionTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : QuestionTests(Route.RawTls1);

    public sealed class OverHttp2() : QuestionTests(Route.WebSocket2);

    public sealed class OverPolling() : QuestionTests(Route.Polling1);

    [Fact]
    public async Task The_servers_ack_ids_count_from_0_on_every_socket()
    {
        WireServer server = await StartAsync();
        server.IO.Of("/admin");
        server.IO.OnConnection(Ask);
        server.IO.Of("/admin").OnConnection(Ask);
        EngineClient first = await OpenAsync(server);
        EngineClient second = await OpenAsync(server);

        await first.JoinAsync();
        await first.ShouldReceiveAsync("420[\"q\",1]", "421[\"q\",2]");
        await first.JoinAsync("/admin");
        await first.ShouldReceiveAsync("42/admin,0[\"q\",1]", "42/admin,1[\"q\",2]");
        await second.JoinAsync();
        await second.ShouldReceiveAsync("420[\"q\",1]", "421[\"q\",2]");

        static void Ask(Socket socket)
        {
            Task<string> one = socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<string>("q", 1);
            Task<string> two = socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<string>("q", 2);
            Forget(one);
            Forget(two);
        }
    }

    [Fact]
    public async Task A_clients_ack_completes_the_question_it_answers()
    {
        WireServer server = await StartAsync();
        Heard<string> answers = AskOnce(server);
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        await client.SendAsync("430[\"an answer\"]");

        Assert.Equal("an answer", await answers.NextAsync());
    }

    [Fact]
    public async Task A_second_ack_for_the_same_id_is_ignored()
    {
        WireServer server = await StartAsync();
        Heard<string> answers = AskOnce(server);
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        await client.SendAsync("430[\"first\"]", "430[\"second\"]");

        Assert.Equal("first", await answers.NextAsync());
        await client.ShouldHaveNothingElseAsync();
        Assert.Single(answers.All);
    }

    [Fact]
    public async Task An_ack_that_does_not_come_in_time_fails_the_question_and_is_ignored_when_it_comes_late()
    {
        WireServer server = await StartAsync();
        Heard<string> answers = AskOnce(server, TimeSpan.FromSeconds(5));
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        Task<string> answer = answers.NextAsync();
        TimeSpan passed = await server.PassUntilAsync(answer, "the question times out");

        Assert.Equal(nameof(AckTimeoutException), await answer);
        Assert.True(passed >= TimeSpan.FromSeconds(5), $"It timed out after {passed}");
        await client.SendAsync("430[\"late\"]");
        await client.ShouldHaveNothingElseAsync();
        Assert.Single(answers.All);
    }

    [Fact]
    public async Task A_question_whose_socket_goes_away_fails_at_once()
    {
        WireServer server = await StartAsync();
        Heard<string> answers = AskOnce(server);
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        await client.SendAsync("41");

        // Not by its timeout of an hour: the clock stands still.
        Assert.EndsWith("Exception", await answers.NextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Acks_are_not_queued_behind_a_handler_that_waits_for_one()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("ask me back", async (Ack ack) =>
        {
            string answer = await socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<string>("q");
            await ack.SendAsync(answer);
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("427[\"ask me back\"]");
        await client.ShouldReceiveAsync("420[\"q\"]");
        await client.SendAsync("430[\"the answer\"]");

        await client.ShouldReceiveAsync("437[\"the answer\"]");
    }

    [Theory]
    [InlineData("[\"text\"]", "JsonException")]
    [InlineData("[null]", "JsonException")]
    [InlineData("[]", "0")]
    [InlineData("[7,8]", "7")]
    public async Task The_first_argument_of_an_answer_is_read_as_the_type_that_was_asked_for(string answer, string outcome)
    {
        WireServer server = await StartAsync();
        var answers = new Heard<string>("answers");
        server.IO.OnConnection(async socket =>
        {
            try
            {
                answers.Add($"{await socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<int>("q")}");
            }
            catch (Exception e)
            {
                answers.Add(e.GetType().Name);
            }
        });
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        await client.SendAsync($"430{answer}");

        Assert.Equal(outcome, await answers.NextAsync());
    }

    [Fact]
    public async Task An_ack_may_carry_binary_to_the_server()
    {
        WireServer server = await StartAsync();
        var answers = new Heard<string>("answers");
        server.IO.OnConnection(async socket => answers.Add(Convert.ToHexString(await socket.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<byte[]>("q"))));
        EngineClient client = await JoinAsync(server);
        await client.ShouldReceiveAsync("420[\"q\"]");

        await client.SendAsync("461-0[{\"_placeholder\":true,\"num\":0}]", new byte[] { 1, 2, 255 });

        Assert.Equal("0102FF", await answers.NextAsync());
    }

    // Asks every socket of / one question and gives what came of it: the answer, or the exception's name.
    private static Heard<string> AskOnce(WireServer server, TimeSpan? timeout = null)
    {
        var answers = new Heard<string>("answers");
        server.IO.OnConnection(async socket =>
        {
            try
            {
                answers.Add(await socket.Timeout(timeout ?? TimeSpan.FromHours(1)).EmitWithAckAsync<string>("q"));
            }
            catch (Exception e)
            {
                answers.Add(e.GetType().Name);
            }
        });
        return answers;
    }

    // Its end is not this test's subject: the socket goes away with the test, and the question with it.
    private static void Forget(Task task) => task.ContinueWith(t => t.Exception, TaskScheduler.Default);
}
