using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>Clients with a connection for each request (Node's do that) end it as soon as they have the answer.</summary>
public abstract class PollAnswerTakenTests(Route route) : WireTest(route)
{
    private const int Rounds = 200;

    // Past what the connection's pipe takes at once: the server waits until the client has read most of it.
    private static readonly string Large = new('x', 300_000);

    public sealed class OverHttp() : PollAnswerTakenTests(Route.Polling1);

    public sealed class OverTls() : PollAnswerTakenTests(Route.PollingTls1);

    [Theory]
    [InlineData("close")]
    [InlineData("keep-alive")]
    public async Task A_client_that_ends_the_connection_once_it_has_the_whole_answer_keeps_its_session(string connection)
    {
        WireServer server = await StartAsync();
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        for (int round = 0; round < Rounds; round++)
        {
            await server.IO.EmitAsync("large", Large);
            await using RawConnection raw = await RawConnection.OpenAsync(server);
            await raw.SendRequestAsync("GET", $"/socket.io/{PollingClient.Query}&sid={sid}", [$"Connection: {connection}"]);
            HttpAnswer answer = await raw.ReceiveAnswerAsync();
            raw.Abort();

            Assert.True(answer.Status == 200, $"Round {round}: the poll was answered {answer.Status} {answer.Body}");
            Assert.Equal(Large.Length, answer.Body.Length - "42[\"large\",\"\"]".Length);
        }
    }
}
