using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Half an emoji, as JavaScript leaves it wherever it cuts a string: legal JSON, which must not cost the connection.</summary>
public abstract class LoneSurrogateTests(Route route) : WireTest(route)
{
    public sealed class OverWebSocket() : LoneSurrogateTests(Route.Raw1);

    public sealed class OverPolling() : LoneSurrogateTests(Route.Polling1);

    [Theory]
    [InlineData("\"a\\ud83d\"", "a\ufffd")]
    [InlineData("\"\\ude00b\"", "\ufffdb")]
    [InlineData("\"\\ud83d\\ud83d\\ude00\"", "\ufffd😀")]
    [InlineData("\"\\ude00\\ud83d\"", "\ufffd\ufffd")]
    [InlineData("\"\\\\ud83d\"", "\\ud83d")]
    [InlineData("\"\\ud83d\\n\"", "\ufffd\n")]
    [InlineData("\"\\uD83D\"", "\ufffd")]
    public async Task A_string_has_U_FFFD_in_the_place_of_half_a_character(string json, string text)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("texts");
        server.IO.OnConnection(socket => socket.On("x", (string value, Ack ack) =>
        {
            heard.Add(value);
            return ack.SendAsync(value);
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"421[\"x\",{json}]");

        Assert.Equal(text, await heard.NextAsync());
        Assert.Equal(text, JsonNode.Parse((await client.ReceiveTextAsync())[3..])![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Event_names_keys_and_values_within_objects_are_read_too()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("events");
        server.IO.OnConnection(socket =>
        {
            socket.OnAny((name, arguments) =>
            {
                heard.Add($"any {name} {arguments.Count}");
                return Task.CompletedTask;
            });
            socket.On("x\ufffd", (Dictionary<string, string[]> map, JsonNode node, Note note) =>
                heard.Add($"{string.Join('|', map.Select(pair => $"{pair.Key}={string.Join(',', pair.Value)}"))} {node["a"]} {note.Text} {note.Raw.GetRawText()} {note.Data}"));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\\ud83d\",{\"k\\udc00\":[\"\\ud800\",\"v\"]},{\"a\":\"\\ud83d\"},{\"text\":\"t\\ud83d\",\"\\ud83d\":0,\"raw\":[\"\\ud83d\"],\"data\":{\"\\udc00\":1}}]");

        Assert.Equal("any x\ufffd 3", await heard.NextAsync());
        Assert.Equal("k\ufffd=\ufffd,v \ufffd t\ufffd [\"\\ud83d\"] {\"\\udc00\":1}", await heard.NextAsync());
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public async Task Raw_JSON_passes_through_unchanged_and_is_read_with_U_FFFD()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("what JsonData reads");
        server.IO.OnConnection(socket =>
        {
            socket.OnAnyOutgoing((_, arguments) => heard.Add(arguments[0].ToString()));
            socket.On("element", (JsonElement value) => server.IO.EmitAsync("all", value));
            socket.On("data", (JsonData value) =>
            {
                heard.Add(value.Deserialize<Dictionary<string, string>>()!.Single().ToString());
                return server.IO.EmitAsync("all", value);
            });
            socket.On("nested", (Dictionary<string, JsonElement> value) => server.IO.EmitAsync("all", value["a"]));
            socket.On("object", (JsonElement value) => server.IO.EmitAsync("all", 1, 2, 3, value));
        });
        EngineClient client = await JoinAsync(server);
        const string Value = "{\"k\\ud83d\":\"\\ude00\"}";

        await client.SendAsync($"42[\"element\",{Value}]", $"42[\"data\",{Value}]", $"42[\"nested\",{{\"a\":{Value}}}]", $"42[\"object\",{Value}]");

        await client.ShouldReceiveAsync($"42[\"all\",{Value}]", $"42[\"all\",{Value}]", $"42[\"all\",{Value}]", $"42[\"all\",1,2,3,{Value}]");
        Assert.Equal([Value, "[k\ufffd, \ufffd]", Value, Value, "1"], heard.All);
    }

    [Fact]
    public async Task Raw_JSON_with_attachments_passes_through_unchanged_too()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("data", (JsonData value) => server.IO.EmitAsync("all", new byte[] { 9 }, value)));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("451-[\"data\",{\"\\ud83d\":{\"_placeholder\":true,\"num\":0},\"_placeh\\ud83d\":\"\\ude00\"}]", new byte[] { 1 });

        await client.ShouldReceiveAsync(
            "452-[\"all\",{\"_placeholder\":true,\"num\":0},{\"\\ud83d\":{\"_placeholder\":true,\"num\":1},\"_placeh\\ud83d\":\"\\ude00\"}]",
            new byte[] { 9 },
            new byte[] { 1 });
    }

    [Fact]
    public async Task Answers_and_auth_are_read_alike()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("texts");
        server.IO.Use(socket =>
        {
            heard.Add(socket.Handshake.Auth.Deserialize<Note>()!.Text);
            heard.Add(socket.Handshake.Auth.ToString());
            return Task.CompletedTask;
        });
        server.IO.OnConnection(async socket =>
        {
            heard.Add(await socket.EmitWithAckAsync<string>("question"));
            heard.Add((await socket.EmitWithAckAsync<JsonData>("question")).ToString());
        });
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/", "{\"text\":\"\\ud83d\"}");
        await client.ShouldReceiveAsync("420[\"question\"]");
        await client.SendAsync("430[\"\\ud83d\"]");
        await client.ShouldReceiveAsync("421[\"question\"]");
        await client.SendAsync("431[\"\\ud83d\"]");

        Assert.Equal("\ufffd", await heard.NextAsync());
        Assert.Equal("{\"text\":\"\\ud83d\"}", await heard.NextAsync());
        Assert.Equal("\ufffd", await heard.NextAsync());
        Assert.Equal("\"\\ud83d\"", await heard.NextAsync());
    }

    [Fact]
    public async Task Event_middleware_that_takes_its_time_passes_such_an_event_on_as_it_came()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket =>
        {
            socket.Use(async (_, _) => await Task.Yield());
            socket.On("x", (string text, JsonElement raw, Ack ack) => ack.SendAsync(text, raw));
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("421[\"x\",\"\\ud83d\",\"\\ud83d\"]");

        await client.ShouldReceiveAsync("431[\"\ufffd\",\"\\ud83d\"]");
    }

    private sealed record Note(string Text, JsonElement Raw, JsonData Data);
}
