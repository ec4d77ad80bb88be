using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>The end of a socket: true at once where the server decides it, and waited for when the application stops.</summary>
public sealed class LeavingTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task After_a_disconnect_by_the_server_everything_says_so_at_once(bool close, bool many)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("what a handler sees");
        var reasons = new Heard<string>("reasons");
        server.IO.OnConnection(async socket =>
        {
            socket.OnDisconnecting(_ => reasons.Add($"disconnecting, {string.Join(' ', socket.Rooms.Where(room => room != socket.Id))}"));
            socket.OnDisconnect(reason => reasons.Add($"{reason}, {socket.Rooms.Count}"));
            socket.On("leave", async () =>
            {
                await (many ? server.IO.DisconnectSocketsAsync(close) : socket.DisconnectAsync(close));
                int fetched = (await server.IO.FetchSocketsAsync()).Count + (await server.IO.In("r").FetchSocketsAsync()).Count;
                heard.Add($"{socket.IsConnected} {socket.Rooms.Count} {fetched} {server.IO.Sockets.Count} {server.IO.Default.FindSocket(socket.Id) is null}");
            });
            await socket.JoinAsync("r");
        });
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"leave\"]");

        Assert.Equal("False 0 0 0 True", await heard.NextAsync());
        Assert.Equal("disconnecting, r", await reasons.NextAsync());
        Assert.Equal("server namespace disconnect, 0", await reasons.NextAsync());
        await client.ShouldReceiveAsync("41");
    }

    [Fact]
    public async Task What_is_emitted_after_a_disconnect_by_the_server_does_not_follow_its_DISCONNECT()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("leave", async () =>
        {
            await socket.EmitAsync("before");
            await socket.DisconnectAsync();
            await socket.EmitAsync("after");
            await server.IO.To(socket.Id).EmitAsync("after");
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"leave\"]");

        await client.ShouldReceiveAsync("42[\"before\"]", "41");
        await client.JoinAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_application_stops_after_the_disconnect_handlers_of_those_who_left_before(bool byClient)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("the disconnect handler");
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        server.IO.OnConnection(socket => socket.OnDisconnect(async reason =>
        {
            heard.Add(reason);
            await stopping.Task;

            // Time enough for a host that does not wait to have stopped; one that waits passes however long it is.
            await Task.Delay(300);
            heard.Add("done");
        }));
        EngineClient client = await JoinAsync(server);
        if (byClient)
        {
            await client.SendAsync("41");
        }
        else
        {
            await server.IO.DisconnectSocketsAsync();
        }

        await heard.NextAsync();
        await client.VanishAsync();
        await server.UntilConnectionsAsync(0);

        await server.StopAsync().Within("the application stops");

        Assert.Equal("done", heard.All[^1]);
    }
}
