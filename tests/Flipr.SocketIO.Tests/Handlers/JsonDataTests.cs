using System.Text.Json;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.Extensions.Logging;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>Reading what may have come, or not: as a handler's arguments are read.</summary>
public sealed class JsonDataTests() : WireTest(Route.Raw1)
{
    [Theory]
    [InlineData("", "not authorized")]
    [InlineData("{}", "not authorized")]
    [InlineData("{\"token\":\"wrong\"}", "not authorized")]
    [InlineData("{\"token\":\"secret\"}", null)]
    public async Task Middleware_reads_auth_into_a_record_whether_the_client_sent_any_or_not(string auth, string? refusal)
    {
        WireServer server = await StartAsync();
        server.IO.Use(socket => socket.Handshake.Auth.Deserialize<Credentials>()?.Token == "secret"
            ? Task.CompletedTask
            : throw new ConnectionRefusedException("not authorized"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync($"40{auth}");

        Assert.StartsWith(refusal is null ? "40{\"sid\":" : $"44{{\"message\":\"{refusal}\"}}", await client.ReceiveTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_sent_is_the_types_default()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<string>("values");
        server.IO.OnConnection(socket => socket.On("x", (JsonData value) =>
            heard.Add($"{value.Deserialize<int>()}|{value.Deserialize<string>()}|{value.Deserialize<byte[]>()?.Length}|{value.Deserialize<JsonData>().Json.ValueKind}")));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\"]");

        Assert.Equal("0|||Undefined", await heard.NextAsync());
    }

    [Theory]
    [InlineData("", true, null)]
    [InlineData("{\"token\":\"secret\"}", true, "secret")]
    [InlineData("{\"token\":5}", false, null)]
    [InlineData("{\"token\":{}}", false, null)]
    public async Task TryDeserialize_says_whether_what_came_is_of_that_form(string auth, bool isOfForm, string? token)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<(bool, string?)>("what it says");
        server.IO.Use(socket =>
        {
            bool isRead = socket.Handshake.Auth.TryDeserialize(out Credentials? credentials);
            heard.Add((isRead, credentials?.Token));
            return Task.CompletedTask;
        });
        EngineClient client = await OpenAsync(server);

        await client.JoinAsync("/", auth);

        Assert.Equal((isOfForm, token), await heard.NextAsync());
    }

    [Fact]
    public async Task Auth_of_another_form_than_middleware_reads_is_refused_without_an_error_in_the_log()
    {
        WireServer server = await StartAsync();
        server.IO.Use(socket => socket.Handshake.Auth.Deserialize<Credentials>()?.Token == "secret"
            ? Task.CompletedTask
            : throw new ConnectionRefusedException("not authorized"));
        EngineClient client = await OpenAsync(server);

        await client.SendAsync("40{\"token\":5}");

        await client.ShouldReceiveAsync("44{\"message\":\"Invalid auth\"}");
        LogEntry entry = await server.Log.ContainsAsync("refused");
        Assert.Equal((LogLevel.Information, (Exception?)null), (entry.Level, entry.Exception));
    }

    [Fact]
    public async Task A_handler_that_reads_another_form_than_came_is_warned_of_in_one_line()
    {
        WireServer server = await StartAsync();
        server.IO.OnConnection(socket => socket.On("x", (JsonData value) => value.Deserialize<Credentials>()));
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("42[\"x\",{\"token\":5}]");

        LogEntry entry = await server.Log.ContainsAsync("'x'");
        Assert.Equal((LogLevel.Warning, (Exception?)null), (entry.Level, entry.Exception));
        await client.ShouldHaveNothingElseAsync();
    }

    [Fact]
    public void Data_that_comes_from_no_server_cannot_be_read_into_types() =>
        Assert.Throws<InvalidOperationException>(static () => new JsonData(JsonElement.Parse("1")).Deserialize<int>());

    private sealed record Credentials(string? Token);
}
