using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>An array of <see cref="JsonData"/> takes all arguments that there are, of an event and of an answer.</summary>
public sealed class AllArgumentsTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("421[\"all\",1,\"two\",[3],{\"four\":4},null,6]", "431[1,\"two\",[3],{\"four\":4},null,6]")]
    [InlineData("421[\"all\"]", "431[]")]
    [InlineData("421[\"rest\",\"name\",1,2]", "431[\"name\",1,2]")]
    [InlineData("421[\"rest\",\"name\"]", "431[\"name\"]")]
    [InlineData("421[\"count\",1,2,3,4,5,6,7]", "431[7]")]
    [InlineData("421[\"one\",[1,2],3]", "431[2]")]
    public async Task A_handler_takes_all_arguments_that_are_left(string packet, string answer)
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket =>
        {
            socket.On("all", (JsonData[] all, Ack ack) => ack.SendAsync(Spread(all)));
            socket.On("rest", (string name, JsonData[] rest, Ack ack) => ack.SendAsync(Spread([new JsonData(System.Text.Json.JsonSerializer.SerializeToElement(name)), .. rest])));
            socket.On("count", (JsonData[] all) => all.Length);
            socket.On("one", (List<JsonData> list) => list.Count);
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(packet);

        await client.ShouldReceiveAsync(answer);
    }

    [Fact]
    public async Task Binary_arguments_and_halves_of_characters_are_passed_on_as_they_came()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(static socket => socket.On("all", (JsonData[] all) => socket.EmitAsync("back", Spread(all))));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("452-[\"all\",{\"_placeholder\":true,\"num\":1},\"\\ud83d\",{\"_placeholder\":true,\"num\":0}]", new byte[] { 1 }, new byte[] { 2 });

        await client.ShouldReceiveAsync(
            "452-[\"back\",{\"_placeholder\":true,\"num\":0},\"\\ud83d\",{\"_placeholder\":true,\"num\":1}]", new byte[] { 2 }, new byte[] { 1 });
    }

    [Theory]
    [InlineData("430[1,\"two\",[3]]", "1|\"two\"|[3]")]
    [InlineData("430[[1,2]]", "[1,2]")]
    [InlineData("430[]", "")]
    public async Task All_arguments_of_an_answer_are_read(string answer, string expected)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task<JsonData[]> one = server.IO.Sockets.Single().EmitWithAckAsync<JsonData[]>("q");
        await client.ShouldReceiveAsync("420[\"q\"]");
        await client.SendAsync(answer);

        Assert.Equal(expected, string.Join('|', await one.Within("the answer comes")));
    }

    [Fact]
    public async Task All_arguments_of_all_answers_to_a_broadcast_are_read_also_of_a_remote_socket()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task<JsonData[][]> asking = server.IO.EmitWithAckAsync<JsonData[]>("q");
        await client.ShouldReceiveAsync("420[\"q\"]");
        await client.SendAsync("430[1,[2],\"x\"]");
        Assert.Equal("1|[2]|\"x\"", string.Join('|', Assert.Single(await asking.Within("all answer"))));

        RemoteSocket remote = Assert.Single(await server.IO.FetchSocketsAsync());
        Task<JsonData[]> single = remote.EmitWithAckAsync<JsonData[]>("q");
        await client.ShouldReceiveAsync("421[\"q\"]");
        await client.SendAsync("461-1[{\"_placeholder\":true,\"num\":0},7]", new byte[] { 1, 2 });
        JsonData[] answer = await single.Within("it answers");
        Assert.Equal([1, 2], answer[0].Deserialize<byte[]>()!);
        Assert.Equal(7, answer[1].Deserialize<int>());
    }

    private static object?[] Boxed(JsonData[] all) => [.. all.Select(static argument => (object?)argument)];

    private static ReadOnlySpan<object?> Spread(JsonData[] all) => Boxed(all);
}
