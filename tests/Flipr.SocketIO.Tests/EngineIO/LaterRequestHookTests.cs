using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>The hooks and the requests after the handshake.</summary>
public sealed class LaterRequestHookTests() : WireTest(Route.Polling1)
{
    [Fact]
    public async Task The_initial_header_hook_and_the_cookie_are_the_handshakes_alone()
    {
        WireServer server = await StartAsync(o =>
        {
            o.Cookie = SocketIOOptions.CreateCookie();
            o.OnInitialHeaders = context => context.Response.Headers["X-Initial"] = "yes";
            o.OnHeaders = context => context.Response.Headers["X-Any"] = "yes";
        });
        PollingClient http = Polling(server);
        string sid = (await http.HandshakeAsync()).Sid;

        HttpAnswer post = await http.PostAsync(sid, "40");
        HttpAnswer poll = await http.GetAsync(sid);

        Assert.All([post, poll], answer => Assert.Equal((null, null, "yes"), (answer.Header("Set-Cookie"), answer.Header("X-Initial"), answer.Header("X-Any"))));
    }

    [Fact]
    public async Task AllowRequest_is_asked_for_handshakes_only()
    {
        int asked = 0;
        WireServer server = await StartAsync(o => o.AllowRequest = _ =>
        {
            asked++;
            return ValueTask.FromResult<string?>(null);
        });
        PollingClient http = Polling(server);

        await http.JoinAsync();

        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("GET", "?EIO=4&transport=carrier-pigeon", 0, "Transport unknown")]
    [InlineData("GET", "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", 1, "Session ID unknown")]
    [InlineData("PUT", "?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("GET", "?EIO=4&transport=websocket", 3, "Bad request")]
    [InlineData("GET", "?EIO=3&transport=polling", 5, "Unsupported protocol version")]
    public async Task Every_refused_request_is_told_to_the_application_with_its_code_and_message(string method, string query, int code, string message)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<(int Code, string Message)>("connection errors");
        server.IO.OnConnectionError(error => heard.Add((error.Code, error.Message)));

        await Polling(server).SendAsync(new(method), query);

        Assert.Equal((code, message), await heard.NextAsync());
    }

    [Fact]
    public async Task An_unknown_sid_is_logged_with_missing_session_affinity_as_its_likely_cause()
    {
        WireServer server = await StartAsync();

        await Polling(server).GetAsync("AAAAAAAAAAAAAAAAAAAA");

        LogEntry entry = await server.Log.ContainsAsync("affinity");
        Assert.NotEqual(0, entry.Id.Id);
    }
}
