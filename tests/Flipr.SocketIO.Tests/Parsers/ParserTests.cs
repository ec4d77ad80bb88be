using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.SocketIO.Protocol;
using Flipr.SocketIO.Tests.Adapters;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Parsers;

/// <summary>With another parser everything is as it was, but for the wire.</summary>
public abstract class ParserTests(Route route) : WireTest(route)
{
    private readonly EnvelopeParser _parser = new();

    public sealed class OverRawWebSocket() : ParserTests(Route.Raw1);

    public sealed class OverFallbackWebSocket() : ParserTests(Route.Fallback1);

    public sealed class OverPolling() : ParserTests(Route.Polling1);

    [Fact]
    public async Task A_client_joins_hears_and_is_heard()
    {
        WireServer server = await StartAsync(options => options.Parser = _parser);
        var heard = new Heard<string>("what the client says");
        server.IO.OnConnection(socket =>
        {
            Assert.Equal("secret", socket.Handshake.Auth.Deserialize<JsonElement>().GetProperty("token").GetString());
            socket.On("say", (string text, byte[] bytes, int number) => heard.Add($"{text} {Convert.ToHexString(bytes)} {number}"));
        });
        EngineClient client = await JoinAsync(server, """{"token":"secret"}""");

        await client.SendAsync(Event("say", ["hello", Placeholder(0), 7], [new byte[] { 1, 2 }]));
        await server.IO.EmitAsync("news", "ü", new byte[] { 3, 4 });

        Assert.Equal("hello 0102 7", await heard.NextAsync());
        Assert.Equal("""{"type":5,"nsp":"","data":["news","ü",{"_placeholder":true,"num":0}],"bin":["AwQ="]}""", await ReceiveAsync(client));
    }

    [Fact]
    public async Task Questions_are_answered_both_ways_with_bytes()
    {
        WireServer server = await StartAsync(options => options.Parser = _parser);
        server.IO.OnConnection(socket => socket.On("double", (byte[] bytes, Ack ack) => ack.SendAsync((byte[])[.. bytes, .. bytes])));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync(EnvelopeParser.Write(PacketType.BinaryEvent, "", 5, new JsonArray("double", Placeholder(0)), [new byte[] { 1 }]));
        Assert.Equal("""{"type":6,"nsp":"","id":5,"data":[{"_placeholder":true,"num":0}],"bin":["AQE="]}""", await ReceiveAsync(client));

        Task<byte[]> answer = server.IO.Sockets.Single().EmitWithAckAsync<byte[]>("question");
        Assert.Equal("""{"type":2,"nsp":"","id":0,"data":["question"]}""", await ReceiveAsync(client));
        await client.SendAsync(EnvelopeParser.Write(PacketType.BinaryAck, "", 0, new JsonArray(Placeholder(0)), [new byte[] { 9 }]));
        Assert.Equal(new byte[] { 9 }, await answer.Within("the answer"));
    }

    [Fact]
    public async Task A_broadcast_is_encoded_once_for_all_and_for_each_ack_id_anew()
    {
        WireServer server = await StartAsync(options => options.Parser = _parser);
        EngineClient[] clients = [await JoinAsync(server), await JoinAsync(server), await JoinAsync(server)];
        _parser.Encoded.Clear();

        await server.IO.EmitAsync("news", 1);
        Assert.Single(_parser.Encoded);
        Task<int[]> answers = server.IO.EmitWithAckAsync<int>("question");
        foreach (EngineClient client in clients)
        {
            Assert.Equal("""{"type":2,"nsp":"","data":["news",1]}""", await ReceiveAsync(client));
            Assert.Equal("""{"type":2,"nsp":"","id":0,"data":["question"]}""", await ReceiveAsync(client));
            await client.SendAsync(EnvelopeParser.Write(PacketType.Ack, "", 0, new JsonArray(4)));
        }

        Assert.Equal<int[]>([4, 4, 4], await answers.Within("the answers"));
        Assert.Equal(4, _parser.Encoded.Count);
    }

    [Fact]
    public async Task Refusals_disconnects_namespaces_and_offsets_are_encoded_by_it_too()
    {
        WireServer server = await StartAsync(options =>
        {
            options.Parser = _parser;
            options.Adapter = local => new DelayingAdapter(local) { GivesOffsets = true };
        });
        server.IO.Of("/no").Use(_ => throw new ConnectionRefusedException("not you"));
        EngineClient client = await JoinAsync(server);
        server.IO.Of("/chat");

        await client.SendAsync(EnvelopeParser.Write(PacketType.Connect, "/no", null, null));
        Assert.Equal("""{"type":4,"nsp":"/no","data":{"message":"not you"}}""", await ReceiveAsync(client));
        await client.SendAsync(EnvelopeParser.Write(PacketType.Connect, "/chat", null, null));
        Assert.StartsWith("""{"type":0,"nsp":"/chat","data":{"sid":""", await ReceiveAsync(client), StringComparison.Ordinal);
        await server.IO.Of("/chat").EmitAsync("news");
        Assert.Equal("""{"type":2,"nsp":"/chat","data":["news","offset-1"]}""", await ReceiveAsync(client));
        await server.IO.Of("/chat").DisconnectSocketsAsync();
        Assert.Equal("""{"type":1,"nsp":"/chat"}""", await ReceiveAsync(client));
    }

    [Fact]
    public async Task What_its_decoder_refuses_costs_the_connection()
    {
        WireServer server = await StartAsync(options => options.Parser = _parser);
        var reasons = new Heard<string>("a disconnect");
        server.IO.OnConnection(socket => socket.OnDisconnect(reasons.Add));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40");

        Assert.Equal("parse error", await reasons.NextAsync());
    }

    private static JsonObject Placeholder(int number) => new() { ["_placeholder"] = true, ["num"] = number };

    private static byte[] Event(string name, JsonNode?[] arguments, ReadOnlyMemory<byte>[] attachments) =>
        EnvelopeParser.Write(attachments.Length > 0 ? PacketType.BinaryEvent : PacketType.Event, "", null, new JsonArray([name, .. arguments]), attachments);

    private static async Task<string> ReceiveAsync(EngineClient client) => JsonSerializer.Serialize(JsonNode.Parse(await client.ReceiveBinaryAsync()), Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task<EngineClient> JoinAsync(WireServer server, string? auth = null)
    {
        EngineClient client = await OpenAsync(server);
        await client.SendAsync(EnvelopeParser.Write(PacketType.Connect, "", null, auth is null ? null : JsonNode.Parse(auth)));
        Assert.StartsWith("""{"type":0,"nsp":"","data":{"sid":""", await ReceiveAsync(client), StringComparison.Ordinal);
        return client;
    }
}
