using System.Text.Json.Serialization;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What the application's own types throw at an answer reaches whoever waits for it, and nobody waits for ever.</summary>
public abstract class UnreadableAnswerTests(Route route) : WireTest(route)
{
    public sealed class OverWebSocket() : UnreadableAnswerTests(Route.Raw1);

    [Fact]
    public async Task A_question_fails_with_what_was_thrown()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task<Picky> answer = server.IO.Sockets.Single().Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<Picky>("question");
        Assert.Equal("420[\"question\"]", await client.ReceiveTextAsync());
        await client.SendAsync("430[{\"Value\":1}]");

        Exception thrown = await Assert.ThrowsAnyAsync<Exception>(() => answer.Within("the failure"));
        Assert.Contains("picky", thrown.ToString(), StringComparison.Ordinal);
        await server.IO.EmitAsync("still here");
        await client.ShouldReceiveAsync("42[\"still here\"]");
    }

    [Fact]
    public async Task Of_a_broadcast_the_other_answers_arrive()
    {
        WireServer server = await StartAsync();
        EngineClient[] clients = [await JoinAsync(server), await JoinAsync(server)];

        Task<Picky[]> answers = server.IO.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<Picky>("question");
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal("420[\"question\"]", await clients[i].ReceiveTextAsync());
            await clients[i].SendAsync($"430[{{\"Value\":{i + 1}}}]");
        }

        AckTimeoutException<Picky> thrown = await Assert.ThrowsAsync<AckTimeoutException<Picky>>(() => answers.Within("the failure"));
        Assert.Equal(2, Assert.Single(thrown.Answers).Value);
    }

    internal sealed class Picky
    {
        [JsonInclude]
        public int Value
        {
            get;
            set => field = value > 1 ? value : throw new ArgumentException("picky");
        }
    }
}
