using System.Text.Json;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>What an operator reads about arguments that are not what a handler takes.</summary>
public sealed class ArgumentTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task A_wrong_argument_is_one_line_that_says_which_one_and_the_stack_is_for_debugging()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("add", (int _, Ack _, string _) => { }));
        EngineClient client = await OpenAsync(server);
        string id = await client.JoinAsync();

        await client.SendAsync("42[\"add\",1,[2]]");

        await client.ShouldHaveNothingElseAsync();
        LogEntry line = server.Log.OfLibrary().Single(entry => entry.Level == LogLevel.Warning);
        Assert.Equal(108, line.Id.Id);
        Assert.Null(line.Exception);
        Assert.StartsWith($"Argument 2 of 'add' from socket {id} is not a System.String: The JSON value", line.Message, StringComparison.Ordinal);
        LogEntry debug = server.Log.OfLibrary().Single(entry => entry.Exception is JsonException);
        Assert.Equal(LogLevel.Debug, debug.Level);
    }

    [Fact]
    public async Task What_a_client_wrote_into_its_argument_forges_no_line_of_the_log()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("a\nb", (Dictionary<string, int> _) => { }));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"42[\"a\\nb\",{{\"k\\r\\n{new string('y', 5_000)}\":\"x\"}}]");

        await client.ShouldHaveNothingElseAsync();
        LogEntry line = server.Log.OfLibrary().Single(entry => entry.Level == LogLevel.Warning);
        Assert.DoesNotContain(line.Message, char.IsControl);
        Assert.InRange(line.Message.Length, 1, 1_000);
    }

    [Fact]
    public async Task A_JsonException_of_the_handler_itself_is_the_handlers_failure()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("x", (int _) => throw new JsonException("of the handler")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",1]");

        await client.ShouldHaveNothingElseAsync();
        LogEntry entry = server.Log.OfLibrary().Single(entry => entry.Exception is JsonException);
        Assert.Equal((103, LogLevel.Error), (entry.Id.Id, entry.Level));
    }

    [Fact]
    public async Task A_handler_of_the_connection_or_its_end_that_throws_is_named_as_what_it_is()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket =>
        {
            socket.OnDisconnect(_ => throw new InvalidTimeZoneException("of the end"));
            throw new InvalidTimeZoneException("of the beginning");
        });
        EngineClient client = await OpenAsync(server);
        string id = await client.JoinAsync();

        await client.SendAsync("41");

        LogEntry end = await server.Log.ContainsAsync($"A handler of the disconnect of socket {id} threw");
        LogEntry beginning = await server.Log.ContainsAsync($"A connection handler of / threw; socket {id} is connected");
        Assert.Equal(("of the beginning", "of the end"), (beginning.Exception!.Message, end.Exception!.Message));
    }
}
