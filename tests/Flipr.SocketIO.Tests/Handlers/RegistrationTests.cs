using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Registering nothing, or for an event that never comes, is refused where it is written down.</summary>
public sealed class RegistrationTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_handler_that_is_null_is_refused()
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        SocketIOServer io = server.IO;
        Socket socket = io.Sockets.Single();
        Namespace ns = io.Default;
        ParentNamespace parent = io.Of((_, _) => ValueTask.FromResult(false));
        Action[] handlers =
        [
            () => socket.On("x", (Action)null!),
            () => socket.On("x", (Func<Task>)null!),
            () => socket.On("x", (Action<int>)null!),
            () => socket.On("x", (Func<int, Task>)null!),
            () => socket.On("x", (Action<int, int>)null!),
            () => socket.On("x", (Func<int, int, Task>)null!),
            () => socket.On("x", (Action<int, int, int>)null!),
            () => socket.On("x", (Func<int, int, int, Task>)null!),
            () => socket.On("x", (Action<int, int, int, int>)null!),
            () => socket.On("x", (Func<int, int, int, int, Task>)null!),
            () => socket.Once("x", (Action)null!),
            () => socket.Once("x", (Func<Task>)null!),
            () => socket.Once("x", (Action<int>)null!),
            () => socket.Once("x", (Func<int, Task>)null!),
            () => socket.Once("x", (Action<int, int>)null!),
            () => socket.Once("x", (Func<int, int, Task>)null!),
            () => socket.Once("x", (Action<int, int, int>)null!),
            () => socket.Once("x", (Func<int, int, int, Task>)null!),
            () => socket.Once("x", (Action<int, int, int, int>)null!),
            () => socket.Once("x", (Func<int, int, int, int, Task>)null!),
            () => socket.On("x", (Func<int>)null!),
            () => socket.On("x", (Func<Task<int>>)null!),
            () => socket.On("x", (Func<int, ValueTask<int>>)null!),
            () => socket.Once("x", (Func<int, int, int, int, Task<int>>)null!),
            () => socket.Off("x", null!),
            () => socket.OnDisconnecting((Action<string>)null!),
            () => socket.OnDisconnecting((Func<string, Task>)null!),
            () => socket.OnDisconnect((Action<string>)null!),
            () => socket.OnDisconnect((Func<string, Task>)null!),
            () => ns.OnConnection((Action<Socket>)null!),
            () => ns.OnConnection((Func<Socket, Task>)null!),
            () => ns.OnRoomCreated(null!),
            () => ns.OnRoomDeleted(null!),
            () => ns.OnRoomJoined(null!),
            () => ns.OnRoomLeft(null!),
            () => parent.OnConnection((Action<Socket>)null!),
            () => parent.OnConnection((Func<Socket, Task>)null!),
            () => io.OnConnection((Action<Socket>)null!),
            () => io.OnConnection((Func<Socket, Task>)null!),
            () => io.OnNewNamespace(null!),
            () => io.OnConnectionError(null!),
        ];

        Assert.All(handlers, register => Assert.Throws<ArgumentNullException>("handler", register));
        Assert.Throws<ArgumentNullException>("listener", () => socket.OnAny(null!));
        Assert.Throws<ArgumentNullException>("listener", () => socket.OnAnyOutgoing(null!));
        Assert.Throws<ArgumentNullException>("middleware", () => socket.Use(null!));
        Assert.Throws<ArgumentNullException>("middleware", () => ns.Use(null!));
        Assert.Throws<ArgumentNullException>("middleware", () => parent.Use(null!));
        Assert.Throws<ArgumentNullException>("middleware", () => io.Use(null!));
        Assert.Throws<ArgumentNullException>("middleware", () => io.UseRequest(null!));
        Assert.Throws<ArgumentNullException>("name", () => io.Of((string)null!));
        Assert.Throws<ArgumentNullException>("pattern", () => io.Of((Regex)null!));
        Assert.Throws<ArgumentNullException>("matches", () => io.Of((Func<string, JsonData, ValueTask<bool>>)null!));
        Assert.Throws<ArgumentNullException>("eventName", () => socket.On(null!, () => { }));
        Assert.Throws<ArgumentNullException>("eventName", () => socket.Off(null!));
        Assert.Throws<ArgumentNullException>("id", () => ns.FindSocket(null!));
    }

    [Theory]
    [InlineData("connect", "OnConnection")]
    [InlineData("connect_error", "OnConnectionError")]
    [InlineData("disconnect", "OnDisconnect")]
    [InlineData("disconnecting", "OnDisconnecting")]
    [InlineData("newListener", "reserved")]
    [InlineData("removeListener", "reserved")]
    public async Task An_event_that_never_arrives_is_refused_with_the_way_to_hear_of_it(string name, string remedy)
    {
        WireServer server = await StartAsync();
        await JoinAsync(server);
        Socket socket = server.IO.Sockets.Single();

        var on = Assert.Throws<ArgumentException>("eventName", () => socket.On(name, () => { }));
        var once = Assert.Throws<ArgumentException>("eventName", () => socket.Once(name, (string _) => Task.CompletedTask));
        socket.Off(name);

        Assert.Contains($"'{name}'", on.Message, StringComparison.Ordinal);
        Assert.Matches($@"\b{remedy}\b", on.Message);
        Assert.Equal(on.Message, once.Message);
    }
}
