using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>What is larger than maxPayload, posted.</summary>
public abstract class PostLimitTests(Route route) : WireTest(route)
{
    private const int Max = 10_000;

    public sealed class OverHttp() : PostLimitTests(Route.Polling1);

    public sealed class OverTls() : PostLimitTests(Route.PollingTls1);

    public sealed class OverHttp2() : PostLimitTests(Route.Polling2);

    [Fact]
    public async Task A_POST_of_exactly_maxPayload_is_taken_in()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        var heard = new Heard<int>("the length");
        server.IO.OnConnection(socket => socket.On("x", (string text) => heard.Add(text.Length)));
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        (await http.PostAsync(sid, EventOf(Max))).ShouldBeOk();

        Assert.Equal(Max - "42[\"x\",\"\"]".Length, await heard.NextAsync());
    }

    [Fact]
    public async Task A_POST_larger_than_maxPayload_gets_413_and_leaves_the_session_alone()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        Assert.Equal(413, (await http.PostAsync(sid, EventOf(Max + 1))).Status);

        (await http.PostAsync(sid, "421[\"barrier\"]")).ShouldBeOk();
        (await http.GetAsync(sid)).ShouldBePackets("431[]");
    }

    [Fact]
    public async Task A_POST_of_unknown_length_that_grows_past_maxPayload_gets_413()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        using var body = new ChunkedContent(EventOf(Max + 1));

        HttpAnswer answer = await http.SendToAsync($"/socket.io/{PollingClient.Query}&sid={sid}", HttpMethod.Post, body);

        Assert.Equal(413, answer.Status);
    }

    [Fact]
    public async Task The_limit_counts_bytes_not_characters()
    {
        WireServer server = await StartAsync(o => o.MaxPayload = Max);
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();

        Assert.Equal(413, (await http.PostAsync(sid, $"42[\"x\",\"{new string('€', Max / 3)}\"]")).Status);
    }

    private static string EventOf(int bytes) => $"42[\"x\",\"{new string('a', bytes - "42[\"x\",\"\"]".Length)}\"]";
}
