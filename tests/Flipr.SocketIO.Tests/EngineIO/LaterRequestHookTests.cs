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
    [InlineData("GET", "?EIO=4&transport=carrier-pigeon", 0, "Transport unknown", "TRANSPORT_UNKNOWN", null, 4, "carrier-pigeon")]
    [InlineData("GET", "?EIO=four", 0, "Transport unknown", "TRANSPORT_UNKNOWN", null, null, null)]
    [InlineData("GET", "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAA", 1, "Session ID unknown", "UNKNOWN_SID", "AAAAAAAAAAAAAAAAAAAA", 4, "polling")]
    [InlineData("POST", "?transport=polling&sid=none", 1, "Session ID unknown", "UNKNOWN_SID", "none", null, "polling")]
    [InlineData("PUT", "?EIO=4&transport=polling", 2, "Bad handshake method", "BAD_HANDSHAKE_METHOD", null, 4, "polling")]
    [InlineData("GET", "?EIO=4&transport=websocket", 3, "Bad request", "TRANSPORT_HANDSHAKE_ERROR", null, 4, "websocket")]
    [InlineData("GET", "?EIO=3&transport=polling", 5, "Unsupported protocol version", "UNSUPPORTED_PROTOCOL_VERSION", null, 3, "polling")]
    public async Task Every_refused_request_is_told_to_the_application_with_its_code_and_message_and_the_context_as_data(
        string method, string query, int code, string message, string name, string? sid, int? protocol, string? transport)
    {
        WireServer server = await StartAsync();
        var heard = new Heard<ConnectionError>("connection errors");
        server.IO.OnConnectionError(heard.Add);

        await Polling(server).SendAsync(new(method), query);

        ConnectionError error = await heard.NextAsync();
        Assert.Equal((code, message), (error.Code, error.Message));
        Assert.StartsWith(name + ": ", error.Cause, StringComparison.Ordinal);
        Assert.Equal(
            (name, method, sid, protocol, transport, null, null),
            (error.Context.Name, error.Context.Method, error.Context.Sid, error.Context.Protocol, error.Context.Transport, error.Context.PreviousTransport, error.Context.Message));
    }

    [Fact]
    public async Task A_request_over_the_transport_that_a_session_has_left_is_told_with_both()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<ConnectionError>("connection errors");
        server.IO.OnConnectionError(heard.Add);
        PollingClient http = Polling(server);
        string sid = await http.JoinAsync();
        WebSocketWire socket = await WebSocketAsync(server, $"{WebSocketWire.Query}&sid={sid}");
        await socket.SendTextAsync("2probe");
        Assert.Equal("3probe", await socket.ReceiveTextAsync());
        await socket.SendTextAsync("5");
        await socket.SendTextAsync("421[\"barrier\"]");
        Assert.Equal("431[]", await socket.ReceiveTextAsync());

        await http.GetAsync(sid);

        ConnectionErrorContext context = (await heard.NextAsync()).Context;
        Assert.Equal(("TRANSPORT_MISMATCH", sid, "polling", "websocket"), (context.Name, context.Sid, context.Transport, context.PreviousTransport));
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
