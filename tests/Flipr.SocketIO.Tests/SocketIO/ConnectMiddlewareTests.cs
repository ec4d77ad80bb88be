using System.Text.Json;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.SocketIO;

/// <summary>Middleware that stands between CONNECT and its namespace.</summary>
public abstract class ConnectMiddlewareTests(Route route) : WireTest(route)
{
    public sealed class OverWebSocket() : ConnectMiddlewareTests(Route.Raw1);

    public sealed class OverPolling() : ConnectMiddlewareTests(Route.Polling1);

    [Fact]
    public async Task A_middleware_that_refuses_is_answered_with_its_message_and_the_connection_lives_on()
    {
        WireServer server = await StartAsync();
        var connected = new Heard<string>("connections");
        server.IO.Of("/admin").Use(_ => throw new ConnectionRefusedException("not you"));
        server.IO.Of("/admin").OnConnection(socket => connected.Add(socket.Id));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40/admin,");

        await client.ShouldReceiveAsync("44/admin,{\"message\":\"not you\"}");
        await client.JoinAsync();
        Assert.Empty(connected.All);
    }

    [Fact]
    public async Task A_refusals_data_reaches_the_client()
    {
        WireServer server = await StartAsync();
        using var data = JsonDocument.Parse("{\"code\":7,\"why\":[1]}");
        server.IO.Use(_ => throw new ConnectionRefusedException("no", data.RootElement));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        await client.ShouldReceiveAsync("44{\"message\":\"no\",\"data\":{\"code\":7,\"why\":[1]}}");
    }

    [Fact]
    public async Task A_middleware_that_fails_tells_the_client_nothing_of_its_insides()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.Use(_ => throw new InvalidOperationException("secret"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");

        string answer = await client.ReceiveTextAsync();
        Assert.StartsWith("44{\"message\":", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_namespace_can_be_tried_again()
    {
        WireServer server = await StartAsync();
        server.IO.Use(socket => socket.Handshake.Auth.Json.ValueKind == JsonValueKind.Undefined
            ? throw new ConnectionRefusedException("no auth")
            : Task.CompletedTask);
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40");
        await client.ShouldReceiveAsync("44{\"message\":\"no auth\"}");

        await client.JoinAsync("/", "{\"token\":1}");
    }

    [Fact]
    public async Task A_client_that_leaves_while_the_middleware_thinks_never_connects()
    {
        WireServer server = await StartAsync();
        var asked = new Heard<string>("the middleware");
        var think = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connected = new Heard<string>("connections");
        server.IO.Of("/admin").Use(async socket =>
        {
            asked.Add(socket.Id);
            await think.Task;
        });
        server.IO.Of("/admin").OnConnection(socket => connected.Add(socket.Id));
        EngineClient client = await JoinAsync(server);
        EngineClient other = await JoinAsync(server);

        await client.SendAsync("40/admin,");
        await asked.NextAsync();
        await client.VanishAsync();
        await server.UntilConnectionsAsync(1);
        think.SetResult();

        await other.SendAsync("40/admin,");
        EngineClient.SidOf(await other.ReceiveTextAsync(), "/admin");
        Assert.Equal(asked.All[1], Assert.Single(connected.All));
    }

    [Fact]
    public async Task A_second_CONNECT_while_the_middleware_thinks_about_the_first_closes_the_connection()
    {
        WireServer server = await StartAsync();
        var think = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.IO.Of("/admin").Use(_ => think.Task);
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40/admin,", "40/admin,");

        await client.ReceiveEndAsync();
        await server.UntilConnectionsAsync(0);
        think.SetResult();
    }
}
