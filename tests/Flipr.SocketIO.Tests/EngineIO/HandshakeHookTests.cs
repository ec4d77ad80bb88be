using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.EngineIO;

/// <summary>What the application may add to a handshake, or refuse, whichever transport it comes over.</summary>
public abstract class HandshakeHookTests(Route route) : WireTest(route)
{
    public sealed class OverWebSocket() : HandshakeHookTests(Route.Raw1);

    public sealed class OverWebSocketWithTls() : HandshakeHookTests(Route.FallbackTls1);

    public sealed class OverHttp2() : HandshakeHookTests(Route.WebSocket2);

    public sealed class OverPolling() : HandshakeHookTests(Route.Polling1);

    [Fact]
    public async Task Without_the_option_no_cookie_is_set()
    {
        WireServer server = await StartAsync();

        (HttpAnswer answer, _) = await HandshakeAsync(server);

        Assert.Null(answer.Header("Set-Cookie"));
    }

    [Fact]
    public async Task With_the_option_the_handshake_sets_the_cookie_io_to_the_sid()
    {
        WireServer server = await StartAsync(o => o.Cookie = SocketIOOptions.CreateCookie());

        (HttpAnswer answer, string sid) = await HandshakeAsync(server);

        string[] parts = answer.Header("Set-Cookie")!.Split("; ");
        Assert.Equal($"io={sid}", parts[0]);
        Assert.Equal(["httponly", "path=/", "samesite=lax"], parts[1..].Select(p => p.ToLowerInvariant()).Order());
    }

    [Fact]
    public async Task The_cookies_name_and_attributes_are_the_applications()
    {
        WireServer server = await StartAsync(o =>
        {
            o.Cookie = SocketIOOptions.CreateCookie("affinity");
            o.Cookie.Path = "/app";
            o.Cookie.MaxAge = TimeSpan.FromMinutes(1);
        });

        (HttpAnswer answer, string sid) = await HandshakeAsync(server);

        string[] parts = [.. answer.Header("Set-Cookie")!.Split("; ").Select(p => p.ToLowerInvariant())];
        Assert.Equal($"affinity={sid}", answer.Header("Set-Cookie")!.Split("; ")[0]);
        Assert.Contains("path=/app", parts);
        Assert.Contains("max-age=60", parts);
    }

    [Fact]
    public async Task The_header_hooks_write_to_the_handshakes_answer()
    {
        WireServer server = await StartAsync(o =>
        {
            o.OnInitialHeaders = context => context.Response.Headers["X-Initial"] = "yes";
            o.OnHeaders = context => context.Response.Headers["X-Any"] = "yes";
        });

        (HttpAnswer answer, _) = await HandshakeAsync(server);

        Assert.Equal(("yes", "yes"), (answer.Header("X-Initial"), answer.Header("X-Any")));
    }

    [Fact]
    public async Task AllowRequest_refuses_a_handshake_with_403_code_4_and_its_own_message()
    {
        WireServer server = await StartAsync(o => o.AllowRequest = context =>
            ValueTask.FromResult(context.Request.Query["token"] == "good" ? null : "no \"token\""));

        HttpAnswer answer = await RefusedAsync(server);

        answer.ShouldBeError(403, 4, "no \"token\"");
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task AllowRequest_may_think_about_it_and_let_a_handshake_pass()
    {
        WireServer server = await StartAsync(o => o.AllowRequest = async _ =>
        {
            await Task.Yield();
            return null;
        });

        await HandshakeAsync(server);
    }

    [Fact]
    public async Task A_refused_request_is_told_to_the_application_with_code_message_and_context()
    {
        WireServer server = await StartAsync(o => o.AllowRequest = _ => ValueTask.FromResult<string?>("no"));
        var heard = new Heard<(int Code, string Message, string Cause, string Path)>("connection errors");
        server.IO.OnConnectionError(error => heard.Add((error.Code, error.Message, error.Cause, error.Request.Request.Path)));

        await RefusedAsync(server);

        (int code, string message, string cause, string path) = await heard.NextAsync();
        Assert.Equal((4, "Forbidden", "/socket.io/"), (code, message, path));
        Assert.NotEmpty(cause);
    }

    [Fact]
    public async Task What_AllowRequest_told_the_client_is_in_the_context()
    {
        WireServer server = await StartAsync(o => o.AllowRequest = _ => ValueTask.FromResult<string?>("no"));
        var heard = new Heard<ConnectionErrorContext>("connection errors");
        server.IO.OnConnectionError(error => heard.Add(error.Context));

        await RefusedAsync(server);

        ConnectionErrorContext context = await heard.NextAsync();
        Assert.Equal(("no", 4, Route.Polling ? "polling" : "websocket"), (context.Message, context.Protocol, context.Transport));
    }

    [Fact]
    public async Task A_handler_of_refused_requests_that_throws_is_logged_and_the_client_answered()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(o => o.AllowRequest = _ => ValueTask.FromResult<string?>("no"));
        server.IO.OnConnectionError(_ => throw new InvalidTimeZoneException("the application's handler"));

        (await RefusedAsync(server)).ShouldBeError(403, 4, "no");

        Assert.IsType<InvalidTimeZoneException>((await server.Log.ContainsAsync("OnConnectionError")).Exception);
    }

    [Fact]
    public async Task A_middleware_for_requests_sees_the_handshake_and_adds_to_its_answer()
    {
        WireServer server = await StartAsync();
        server.IO.UseRequest(async (context, next) =>
        {
            context.Response.Headers["X-Middleware"] = context.Request.Query["transport"];
            await next(context);
        });

        (HttpAnswer answer, _) = await HandshakeAsync(server);

        Assert.Equal(Route.Polling ? "polling" : "websocket", answer.Header("X-Middleware"));
    }

    [Fact]
    public async Task A_middleware_for_requests_that_fails_gets_400_code_3_and_the_log_names_MIDDLEWARE_FAILURE()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync();
        server.IO.UseRequest((_, _) => throw new InvalidOperationException("secret"));

        HttpAnswer answer = await RefusedAsync(server);

        answer.ShouldBeError(400, 3, "Bad request");
        await server.Log.ContainsAsync("MIDDLEWARE_FAILURE");
        Assert.Equal(0, server.IO.ConnectionCount);
    }

    [Fact]
    public async Task The_sockets_handshake_tells_where_the_client_came_from()
    {
        WireServer server = await StartAsync();
        var heard = new Heard<Handshake>("handshakes");
        server.IO.OnConnection(socket => heard.Add(socket.Handshake));
        EngineClient client = await OpenAsync(server);
        DateTimeOffset opened = server.Clock.GetUtcNow();
        server.Clock.Advance(TimeSpan.FromSeconds(3));

        await client.JoinAsync();

        Handshake handshake = await heard.NextAsync();
        Assert.Equal(("127.0.0.1", Route.Tls, opened), (handshake.Address?.ToString(), handshake.IsSecure, handshake.Time));
        Assert.Equal(Route.Polling ? "polling" : "websocket", handshake.Query["transport"].ToString());
        Assert.StartsWith("/socket.io/?EIO=4&transport=", handshake.Url, StringComparison.Ordinal);
        Assert.NotEmpty(handshake.Headers.Host.ToString());
    }

    private async Task<(HttpAnswer Answer, string Sid)> HandshakeAsync(WireServer server)
    {
        if (Route.Polling)
        {
            HttpAnswer answer = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query);
            return (answer, OpenPacket.Parse(answer.Body).Sid);
        }

        WebSocketWire socket = await WebSocketAsync(server);
        return (socket.Handshake, OpenPacket.Parse(await socket.ReceiveTextAsync()).Sid);
    }

    private async Task<HttpAnswer> RefusedAsync(WireServer server) => Route.Polling
        ? await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query)
        : await WebSocketWire.RefusedAsync(server);
}
