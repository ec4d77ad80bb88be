using System.Globalization;
using System.Text.Json;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Events both ways, and what is no event.</summary>
public abstract class EventTests(Route route) : WireTest(route)
{
    public sealed class OverRawPath() : EventTests(Route.Raw1);

    public sealed class OverFallbackPath() : EventTests(Route.Fallback1);

    public sealed class OverRawPathWithTls() : EventTests(Route.RawTls1);

    public sealed class OverFallbackPathWithTls() : EventTests(Route.FallbackTls1);

    public sealed class OverHttp2() : EventTests(Route.WebSocket2);

    public sealed class OverPolling() : EventTests(Route.Polling1);

    [Fact]
    public async Task An_emitted_event_is_2_and_a_JSON_array_of_its_name_and_arguments()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await server.IO.EmitAsync("none");
        await server.IO.EmitAsync("two", 1, "a\"b");
        await server.IO.EmitAsync("object", new { X = 1, Name = "ü€😀" });

        await client.ShouldReceiveAsync("42[\"none\"]", "42[\"two\",1,\"a\\\"b\"]");
        string packet = await client.ReceiveTextAsync();
        Assert.StartsWith("42[\"object\",", packet, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(packet[2..]);
        Assert.Equal((1, "ü€😀"), (json.RootElement[1].GetProperty("x").GetInt32(), json.RootElement[1].GetProperty("name").GetString()));
    }

    [Fact]
    public async Task An_event_reaches_its_handler_with_its_arguments_as_their_types()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.On("none", () => heard.Add("none"));
            socket.On("text", (string text) => heard.Add(text));
            socket.On("mixed", (int n, bool b, double d) => heard.Add(string.Create(CultureInfo.InvariantCulture, $"{n} {b} {d}")));
            socket.On("raw", (JsonData data) => heard.Add(data.Json.GetRawText()));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(
            "42[\"none\"]",
            "42[\"text\",\"\\u00fc€😀\"]",
            "42[\"mixed\",-7,true,0.5]",
            "42[\"raw\",{\"a\":[1,null,\"x\"]}]");

        Assert.Equal("none", await heard.NextAsync());
        Assert.Equal("ü€😀", await heard.NextAsync());
        Assert.Equal("-7 True 0.5", await heard.NextAsync());
        Assert.Equal("{\"a\":[1,null,\"x\"]}", await heard.NextAsync());
    }

    [Fact]
    public async Task White_space_in_the_JSON_does_not_matter()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("text", (string text) => heard.Add(text)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[ \"text\" ,\n\t\"a b\" ] ");

        Assert.Equal("a b", await heard.NextAsync());
    }

    [Fact]
    public async Task A_missing_argument_is_the_default_and_further_ones_are_ignored()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("pair", (string? a, int b) => heard.Add($"{a ?? "null"} {b}")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"pair\"]", "42[\"pair\",\"x\",2,3,4]");

        Assert.Equal("null 0", await heard.NextAsync());
        Assert.Equal("x 2", await heard.NextAsync());
    }

    [Fact]
    public async Task An_event_that_nobody_handles_leaves_the_connection_alone()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"nobody\",1]");

        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Events_are_heard_in_the_order_in_which_they_were_sent()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<int>("numbers");
        server.IO.OnConnection(socket => socket.On("n", (int n) => heard.Add(n)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync([.. Enumerable.Range(0, 200).Select(n => (WirePacket)$"42[\"n\",{n}]")]);
        await client.ShouldHaveNothingElseAsync();

        Assert.Equal(Enumerable.Range(0, 200), heard.All);
    }

    [Fact]
    public async Task Events_arrive_in_the_order_in_which_they_were_emitted()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        for (int n = 0; n < 500; n++)
        {
            await server.IO.EmitAsync("n", n);
        }

        await client.ShouldReceiveAsync([.. Enumerable.Range(0, 500).Select(n => (WirePacket)$"42[\"n\",{n}]")]);
    }

    [Theory]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(900_000)]
    public async Task Events_of_every_size_arrive_whole_both_ways(int size)
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("e", async (string text) => await socket.EmitAsync("e", text)));
        EngineClient client = await JoinAsync(server);
        string packet = $"42[\"e\",\"{new string('z', size - "42[\"e\",\"\"]".Length)}\"]";

        await client.SendAsync(packet);

        Assert.Equal(packet, await client.ReceiveTextAsync());
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("connect_error")]
    [InlineData("disconnect")]
    [InlineData("disconnecting")]
    [InlineData("newListener")]
    [InlineData("removeListener")]
    public async Task A_reserved_event_name_cannot_be_emitted(string name)
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        ArgumentException error = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await server.IO.EmitAsync(name));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task An_event_without_a_name_cannot_be_emitted()
    {
        WireServer server = await StartAsync();

        await Assert.ThrowsAsync<ArgumentNullException>("eventName", async () => await server.IO.EmitAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("eventName", async () => await server.IO.To("room").EmitAsync(null!, 1));
    }

    [Fact]
    public async Task An_event_name_is_found_however_its_letters_are_escaped()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket => socket.On("ping_test", () => heard.Add("heard")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"pi\\u006eg\\u005ftest\"]");

        Assert.Equal("heard", await heard.NextAsync());
    }

    [Fact]
    public async Task An_argument_of_another_type_than_the_handler_wants_leaves_the_connection_alone()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        var heard = new Heard<int>("numbers");
        server.IO.OnConnection(socket => socket.On("n", (int n) => heard.Add(n)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"n\",\"not a number\"]", "42[\"n\",5]");

        Assert.Equal(5, await heard.NextAsync());
        await client.ShouldHaveNothingElseAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_handler_that_throws_is_logged_and_leaves_the_connection_alone(bool afterAwait)
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("throw", async () =>
        {
            if (afterAwait)
            {
                await Task.Yield();
            }

            throw new InvalidOperationException("the handler's own secret");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"throw\"]");

        await client.ShouldHaveNothingElseAsync();
        await Deadline.UntilAsync(
            () => server.Log.OfLibrary().Any(e => e.Exception is InvalidOperationException { Message: "the handler's own secret" }),
            "the handler's exception is in the log");
    }
}
