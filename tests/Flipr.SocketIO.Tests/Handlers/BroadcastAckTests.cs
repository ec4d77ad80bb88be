using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Questions to many, and what can be done to many sockets at once.</summary>
public sealed class BroadcastAckTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task All_answers_are_collected()
    {
        WireServer server = await StartAsync();
        EngineClient first = await JoinAsync(server);
        EngineClient second = await JoinAsync(server);

        Task<int[]> asking = server.IO.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<int>("q", "how many");
        await first.ShouldReceiveAsync("420[\"q\",\"how many\"]");
        await second.ShouldReceiveAsync("420[\"q\",\"how many\"]");
        await first.SendAsync("430[1]");
        await second.SendAsync("430[2]");

        Assert.Equal([1, 2], (await asking.Within("all answer")).Order());
    }

    [Fact]
    public async Task Nobody_to_ask_is_no_answers()
    {
        WireServer server = await StartAsync();

        Assert.Empty(await server.IO.To("nobody").EmitWithAckAsync<int>("q").Within("an answer"));
    }

    [Fact]
    public async Task Partial_answers_are_kept_when_the_others_are_late()
    {
        WireServer server = await StartAsync();
        EngineClient quick = await JoinAsync(server);
        EngineClient slow = await JoinAsync(server);

        Task<string[]> asking = server.IO.Timeout(TimeSpan.FromSeconds(5)).EmitWithAckAsync<string>("q");
        await quick.ShouldReceiveAsync("420[\"q\"]");
        await slow.ShouldReceiveAsync("420[\"q\"]");
        await quick.SendAsync("430[\"here\"]");
        await quick.ShouldHaveNothingElseAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(6));

        AckTimeoutException<string> exception = await Assert.ThrowsAsync<AckTimeoutException<string>>(() => asking.Within("the timeout strikes"));
        Assert.Equal(["here"], exception.Answers);
        Assert.Equal(2, exception.Expected);
    }

    [Fact]
    public async Task Partial_answers_are_kept_when_another_leaves()
    {
        WireServer server = await StartAsync();
        EngineClient quick = await JoinAsync(server);
        EngineClient leaving = await JoinAsync(server);

        Task<string[]> asking = server.IO.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<string>("q");
        await quick.SendAsync("430[\"here\"]");
        await leaving.SendAsync("41");

        Assert.Equal(["here"], (await Assert.ThrowsAsync<AckTimeoutException<string>>(() => asking.Within("the question ends"))).Answers);
    }

    [Fact]
    public async Task An_answer_of_another_type_is_told_apart_from_one_that_did_not_come_and_logged_in_one_line()
    {
        WireServer server = await StartAsync();
        EngineClient right = await JoinAsync(server);
        EngineClient wrong = await OpenAsync(server);
        string wrongId = await wrong.JoinAsync();
        EngineClient leaving = await JoinAsync(server);

        Task<int[]> asking = server.IO.Timeout(TimeSpan.FromHours(1)).EmitWithAckAsync<int>("how\nmany");
        await right.SendAsync("430[7]");
        await wrong.SendAsync("430[\"many\"]");
        await leaving.SendAsync("41");

        AckTimeoutException<int> exception = await Assert.ThrowsAsync<AckTimeoutException<int>>(() => asking.Within("the question ends"));
        Assert.Equal([7], exception.Answers);
        Assert.Equal("1 of 3 clients answered; 1 answered with something that is not a System.Int32; the others disconnected or did not answer in time.", exception.Message);
        LogEntry entry = await server.Log.ContainsAsync(wrongId);
        Assert.Equal((121, LogLevel.Warning), (entry.Id.Id, entry.Level));
        Assert.StartsWith($"The answer of socket {wrongId} to 'how\ufffdmany' is not a System.Int32: The JSON value could not be converted", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', entry.Message);
        Assert.Null(entry.Exception);
    }

    [Fact]
    public async Task When_all_answers_are_of_another_type_nobody_is_said_to_be_late()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        Task<int[]> asking = server.IO.EmitWithAckAsync<int>("q");
        await client.SendAsync("430[\"many\"]");

        AckTimeoutException<int> exception = await Assert.ThrowsAsync<AckTimeoutException<int>>(() => asking.Within("the question ends"));
        Assert.Equal("0 of 1 clients answered; 1 answered with something that is not a System.Int32.", exception.Message);
    }

    [Fact]
    public async Task Sockets_of_a_room_can_be_fetched_moved_and_disconnected()
    {
        WireServer server = await StartAsync();
        EngineClient first = await JoinAsync(server);
        string firstId = server.IO.Sockets.Single().Id;
        EngineClient second = await JoinAsync(server);

        await server.IO.To(firstId).SocketsJoinAsync("a", "b");
        RemoteSocket fetched = Assert.Single(await server.IO.In("a").FetchSocketsAsync());
        Assert.Equal(firstId, fetched.Id);
        Assert.Equal(new[] { "a", "b", firstId }.Order(), fetched.Rooms.Order());
        await fetched.EmitAsync("hello", 1);
        await first.ShouldReceiveAsync("42[\"hello\",1]");

        await server.IO.In("a").SocketsLeaveAsync("b");
        Assert.Empty(await server.IO.In("b").FetchSocketsAsync());
        Assert.Equal(2, (await server.IO.FetchSocketsAsync()).Count);

        await server.IO.In("a").DisconnectSocketsAsync();
        await first.ShouldReceiveAsync("41");
        await second.ShouldHaveNothingElseAsync();
        await Deadline.UntilAsync(() => server.IO.Sockets.Count == 1, "one socket is left");
    }

    [Fact]
    public async Task A_namespace_tells_when_rooms_come_and_go_and_who_joins_and_leaves_them()
    {
        WireServer server = await StartAsync();
        var changes = new Heard<string>("room changes");
        EngineClient client = await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();
        server.IO.Default.OnRoomCreated(room => changes.Add($"{room} created"));
        server.IO.Default.OnRoomDeleted(room => changes.Add($"{room} deleted"));
        server.IO.Default.OnRoomJoined((room, id) => changes.Add($"{room} joined by {(id == socket.Id ? "it" : id)}"));
        server.IO.Default.OnRoomLeft((room, id) => changes.Add($"{room} left by {(id == socket.Id ? "it" : id)}"));

        await socket.JoinAsync("a");
        await socket.JoinAsync("a");
        await socket.LeaveAsync("a");
        await socket.JoinAsync("b");
        await client.SendAsync("41");

        foreach (string change in new[] { "a created", "a joined by it", "a left by it", "a deleted", "b created", "b joined by it", "b left by it", "b deleted" })
        {
            Assert.Equal(change, await changes.NextAsync());
        }
    }

    [Fact]
    public async Task To_an_empty_list_of_rooms_is_to_nobody()
    {
        WireServer server = await StartAsync();
        EngineClient client = await JoinAsync(server);

        await server.IO.To((string[])[]).EmitAsync("lost");
        await server.IO.To("nowhere", "elsewhere").EmitAsync("lost");
        await server.IO.EmitAsync("found");

        await client.ShouldReceiveAsync("42[\"found\"]");
    }
}
