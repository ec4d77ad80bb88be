using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What is sent while a socket joins is held back, and goes out whatever the application's code does.</summary>
public sealed class ConnectionCorkTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_room_listener_that_throws_during_a_connect_does_not_hold_back_the_answer()
    {
        WireServer server = await StartAsync();
        server.IO.Use(async _ => await Task.Yield());
        server.IO.Default.OnRoomJoined((_, _) => throw new InvalidOperationException("of the application"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        Assert.StartsWith("40{\"sid\":", await client.ReceiveTextAsync(), StringComparison.Ordinal);
        ErrorsExpected = true;
    }
}
