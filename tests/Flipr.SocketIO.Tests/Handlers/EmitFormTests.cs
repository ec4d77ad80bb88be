using System.Text.Json;
using System.Text.Json.Nodes;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>The same arguments go out as the same packet, whether an answer is wanted or not, and whoever emits.</summary>
public sealed class EmitFormTests() : WireTest(Route.Raw1)
{
    private static readonly byte[] Bytes = [1, 2, 255];

    // What one call sends without an ack and with one, and the JSON behind the event's name, for every way of giving arguments.
    // Written out: which overload a call binds to is what is tested.
    private static readonly Form[] Forms =
    [
        new("none", "", e => e.EmitAsync("e"), s => s.EmitWithAckAsync<int>("e"), s => s.EmitWithAckAsync<int>("e"), ack => ack.SendAsync()),
        new("one", ",1", e => e.EmitAsync("e", 1), s => s.EmitWithAckAsync<int>("e", 1), s => s.EmitWithAckAsync<int>("e", 1), ack => ack.SendAsync(1)),
        new("two", ",1,\"b\"", e => e.EmitAsync("e", 1, "b"), s => s.EmitWithAckAsync<int>("e", 1, "b"), s => s.EmitWithAckAsync<int>("e", 1, "b"), ack => ack.SendAsync(1, "b")),
        new("three", ",1,\"b\",true", e => e.EmitAsync("e", 1, "b", true), s => s.EmitWithAckAsync<int>("e", 1, "b", true), s => s.EmitWithAckAsync<int>("e", 1, "b", true), ack => ack.SendAsync(1, "b", true)),
        new("four", ",1,\"b\",true,2.5", e => e.EmitAsync("e", 1, "b", true, 2.5), s => s.EmitWithAckAsync<int>("e", 1, "b", true, 2.5), s => s.EmitWithAckAsync<int>("e", 1, "b", true, 2.5), ack => ack.SendAsync(1, "b", true, 2.5)),
        new("null", ",null", e => e.EmitAsync("e", null), s => s.EmitWithAckAsync<int>("e", null), s => s.EmitWithAckAsync<int>("e", null), ack => ack.SendAsync(null)),
        new("typed null", ",null", e => e.EmitAsync("e", (string?)null), s => s.EmitWithAckAsync<int>("e", (string?)null), s => s.EmitWithAckAsync<int>("e", (string?)null), ack => ack.SendAsync((string?)null)),
        new("two nulls", ",null,null", e => e.EmitAsync("e", null, null), s => s.EmitWithAckAsync<int>("e", null, null), s => s.EmitWithAckAsync<int>("e", null, null), ack => ack.SendAsync(null, null)),
        new("value and null", ",1,null", e => e.EmitAsync("e", 1, null), s => s.EmitWithAckAsync<int>("e", 1, null), s => s.EmitWithAckAsync<int>("e", 1, null), ack => ack.SendAsync(1, null)),
        new("strings", ",[\"a\",\"b\"]", e => e.EmitAsync("e", Strings), s => s.EmitWithAckAsync<int>("e", Strings), s => s.EmitWithAckAsync<int>("e", Strings), ack => ack.SendAsync(Strings)),
        new("objects of a class", ",[{\"text\":\"a\"}]", e => e.EmitAsync("e", Messages), s => s.EmitWithAckAsync<int>("e", Messages), s => s.EmitWithAckAsync<int>("e", Messages), ack => ack.SendAsync(Messages)),
        new("array of object", ",[1,\"b\",null]", e => e.EmitAsync("e", Objects), s => s.EmitWithAckAsync<int>("e", Objects), s => s.EmitWithAckAsync<int>("e", Objects), ack => ack.SendAsync(Objects)),
        new("numbers", ",[1,2]", e => e.EmitAsync("e", Numbers), s => s.EmitWithAckAsync<int>("e", Numbers), s => s.EmitWithAckAsync<int>("e", Numbers), ack => ack.SendAsync(Numbers)),
        new("list", ",[\"a\",\"b\"]", e => e.EmitAsync("e", List), s => s.EmitWithAckAsync<int>("e", List), s => s.EmitWithAckAsync<int>("e", List), ack => ack.SendAsync(List)),
        new("array and value", ",[\"a\",\"b\"],1", e => e.EmitAsync("e", Strings, 1), s => s.EmitWithAckAsync<int>("e", Strings, 1), s => s.EmitWithAckAsync<int>("e", Strings, 1), ack => ack.SendAsync(Strings, 1)),
        new("span", ",1,\"b\",null", e => e.EmitAsync("e", Objects.AsSpan()), s => s.EmitWithAckAsync<int>("e", Objects.AsSpan()), s => s.EmitWithAckAsync<int>("e", Objects.AsSpan()), ack => ack.SendAsync(Objects.AsSpan())),
        new("element", ",{\"a\":[2]}", e => e.EmitAsync("e", Element), s => s.EmitWithAckAsync<int>("e", Element), s => s.EmitWithAckAsync<int>("e", Element), ack => ack.SendAsync(Element)),
        new("node", ",7", e => e.EmitAsync("e", Node), s => s.EmitWithAckAsync<int>("e", Node), s => s.EmitWithAckAsync<int>("e", Node), ack => ack.SendAsync(Node)),
        new("data", ",{\"a\":[2]}", e => e.EmitAsync("e", new JsonData(Element)), s => s.EmitWithAckAsync<int>("e", new JsonData(Element)), s => s.EmitWithAckAsync<int>("e", new JsonData(Element)), ack => ack.SendAsync(new JsonData(Element))),
        new("bytes", ",{\"_placeholder\":true,\"num\":0}", e => e.EmitAsync("e", Bytes), s => s.EmitWithAckAsync<int>("e", Bytes), s => s.EmitWithAckAsync<int>("e", Bytes), ack => ack.SendAsync(Bytes), 1),
        new("memory", ",{\"_placeholder\":true,\"num\":0}", e => e.EmitAsync("e", Bytes.AsMemory()), s => s.EmitWithAckAsync<int>("e", Bytes.AsMemory()), s => s.EmitWithAckAsync<int>("e", Bytes.AsMemory()), ack => ack.SendAsync(Bytes.AsMemory()), 1),
        new("two of bytes", ",[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]", e => e.EmitAsync("e", TwoOfBytes), s => s.EmitWithAckAsync<int>("e", TwoOfBytes), s => s.EmitWithAckAsync<int>("e", TwoOfBytes), ack => ack.SendAsync(TwoOfBytes), 2),
    ];

    public static TheoryData<string> Names => [.. Forms.Select(form => form.Name)];

    private static string[] Strings => ["a", "b"];

    private static Message[] Messages => [new("a")];

    private static object?[] Objects => [1, "b", null];

    private static int[] Numbers => [1, 2];

    private static List<string> List => ["a", "b"];

    private static byte[][] TwoOfBytes => [Bytes, Bytes];

    private static JsonElement Element => JsonElement.Parse("{\"a\":[2]}");

    private static JsonNode Node => JsonValue.Create(7);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_same_arguments_are_the_same_packet_with_and_without_an_ack(string name)
    {
        Form form = Forms.Single(form => form.Name == name);
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        foreach (EventEmitter emitter in new EventEmitter[] { socket, socket.Timeout(TimeSpan.FromHours(1)), server.IO, server.IO.To(socket.Id) })
        {
            await form.Emit(emitter);
            await client.ShouldReceiveAsync(form.Packets("2", "", "\"e\""));
        }

        Forget(form.Ask(socket.Timeout(TimeSpan.FromHours(1))));
        await client.ShouldReceiveAsync(form.Packets("2", "0", "\"e\""));
        Forget(form.AskAll(server.IO.Timeout(TimeSpan.FromHours(1))));
        await client.ShouldReceiveAsync(form.Packets("2", "1", "\"e\""));

        socket.On("ask", (Ack ack) => form.Answer(ack));
        await client.SendAsync("427[\"ask\"]");
        await client.ShouldReceiveAsync(form.Packets("3", "7", ""));
    }

    [Fact]
    public async Task A_socket_asks_like_its_emitters()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        Forget(socket.EmitWithAckAsync<int>("e", Strings));
        Forget(socket.EmitWithAckAsync<int>("e", null));
        Forget(socket.EmitWithAckAsync<int>("e", 1, null));

        await client.ShouldReceiveAsync("420[\"e\",[\"a\",\"b\"]]", "421[\"e\",null]", "422[\"e\",1,null]");
    }

    // Its end is not this test's subject: the socket goes away with the test, and the question with it.
    private static void Forget(Task task) => task.ContinueWith(t => t.Exception, TaskScheduler.Default);

    private sealed record Message(string Text);

    private sealed record Form(
        string Name,
        string Json,
        Func<EventEmitter, ValueTask> Emit,
        Func<SocketEmitter, Task> Ask,
        Func<BroadcastSource, Task> AskAll,
        Func<Ack, ValueTask> Answer,
        int Attachments = 0)
    {
        public WirePacket[] Packets(string type, string ackId, string head) =>
        [
            Attachments == 0
                ? $"4{type}{ackId}[{(head + Json).TrimStart(',')}]"
                : $"4{(type == "2" ? 5 : 6)}{Attachments}-{ackId}[{(head + Json).TrimStart(',')}]",
            .. Enumerable.Repeat<WirePacket>(Bytes, Attachments),
        ];
    }
}
