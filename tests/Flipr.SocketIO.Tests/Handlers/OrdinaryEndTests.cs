using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>A handler that ends because its client has left is no error.</summary>
public sealed class OrdinaryEndTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("wait")]
    [InlineData("ask")]
    [InlineData("connection")]
    public async Task A_handler_that_ends_with_its_socket_is_logged_for_whoever_looks_closely_only(string how)
    {
        WireServer server = await StartAsync();
        var asked = new Heard<string>("the handler");
        server.IO.OnConnection(async socket =>
        {
            socket.On("wait", async () =>
            {
                asked.Add("waiting");
                await Task.Delay(Timeout.Infinite, socket.Disconnected);
            });
            socket.On("ask", async () =>
            {
                Task<int> answer = socket.EmitWithAckAsync<int>("question");
                asked.Add("asking");
                await answer;
            });
            if (how == "connection")
            {
                asked.Add("connecting");
                await Task.Delay(Timeout.Infinite, socket.Disconnected);
            }
        });
        EngineClient client = await JoinAsync(server);
        if (how != "connection")
        {
            await client.SendAsync($"42[\"{how}\"]");
        }

        await asked.NextAsync();

        await client.VanishAsync();

        LogEntry entry = await server.Log.ContainsAsync("ended with its socket");
        Assert.Equal(LogLevel.Debug, entry.Level);
        Assert.DoesNotContain(server.Log.OfLibrary(), static e => e.Message.Contains("stays connected", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_handler_that_is_cancelled_while_its_socket_is_connected_is_an_error_as_any()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("x", async () =>
        {
            await Task.Yield();
            throw new OperationCanceledException();
        }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\"]");

        Assert.Equal(LogLevel.Error, (await server.Log.ContainsAsync("stays connected")).Level);
    }
}
