using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using EndpointDataSource = Microsoft.AspNetCore.Routing.EndpointDataSource;

namespace Flipr.SocketIO.Tests.Handlers;

/// <summary>The server as an endpoint of an ASP.NET Core application.</summary>
public sealed class HostingTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task UseRequest_sees_every_request_in_order_and_may_answer_itself()
    {
        WireServer server = await StartAsync();
        server.IO.UseRequest((context, next) =>
        {
            context.Response.Headers["X-First"] = "1";
            return next(context);
        });
        server.IO.UseRequest((context, next) =>
        {
            if (!context.Request.Query.ContainsKey("teapot"))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status418ImATeapot;
            return Task.CompletedTask;
        });
        PollingClient http = Polling(server);

        HttpAnswer opened = await http.SendAsync(HttpMethod.Get, PollingClient.Query);
        HttpAnswer teapot = await http.SendAsync(HttpMethod.Get, PollingClient.Query + "&teapot");

        Assert.Equal((200, "1"), (opened.Status, opened.Header("X-First")));
        Assert.Equal((418, "1"), (teapot.Status, teapot.Header("X-First")));
    }

    [Fact]
    public async Task OnConnectionError_tells_code_message_cause_context_and_request()
    {
        WireServer server = await StartAsync();
        var errors = new Heard<ConnectionError>("errors");
        var marks = new Heard<string>("marks");
        server.IO.OnConnectionError(error =>
        {
            marks.Add(error.Request.Request.Query["mark"].ToString());
            errors.Add(error);
        });

        await Polling(server).SendAsync(HttpMethod.Get, "?EIO=3&transport=polling&mark=me");

        ConnectionError error = await errors.NextAsync();
        Assert.Equal((5, "Unsupported protocol version"), (error.Code, error.Message));
        Assert.StartsWith("UNSUPPORTED_PROTOCOL_VERSION", error.Cause, StringComparison.Ordinal);
        Assert.Equal(("UNSUPPORTED_PROTOCOL_VERSION", 3), (error.Context.Name, error.Context.Protocol));
        Assert.Equal("me", await marks.NextAsync());
    }

    [Fact]
    public async Task UseHandler_has_an_instance_and_a_scope_per_socket_disposed_after_its_disconnect_handlers()
    {
        var heard = new Heard<string>("steps");
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddSingleton(heard).AddScoped<Resource>().AddScoped<Handler>(),
        });
        server.IO.Of("/chat").UseHandler<Handler>();
        EngineClient first = await OpenAsync(server);
        EngineClient second = await OpenAsync(server);
        await first.JoinAsync("/chat");
        await second.JoinAsync("/chat");

        await first.SendAsync("42/chat,1[\"count\"]", "42/chat,2[\"count\"]");
        await second.SendAsync("42/chat,1[\"count\"]");
        await first.ShouldReceiveAsync("43/chat,1[1]", "43/chat,2[2]");
        await second.ShouldReceiveAsync("43/chat,1[1]");
        await first.SendAsync("41/chat,");

        Assert.Equal("disconnected, resource alive", await heard.NextAsync());
        Assert.Equal("disposed", await heard.NextAsync());
        await second.SendAsync("42/chat,2[\"count\"]");
        await second.ShouldReceiveAsync("43/chat,2[2]");
        Assert.Equal(2, heard.All.Count);
    }

    [Fact]
    public async Task UseHandler_refuses_a_class_that_is_not_registered_and_says_how()
    {
        WireServer server = await StartAsync();

        var missing = Assert.Throws<InvalidOperationException>(server.IO.Of("/chat").UseHandler<Handler>);
        var missingBelow = Assert.Throws<InvalidOperationException>(server.IO.Of((_, _) => ValueTask.FromResult(true)).UseHandler<Handler>);

        Assert.Contains("builder.Services.AddScoped<Handler>()", missing.Message, StringComparison.Ordinal);
        Assert.Equal(missing.Message, missingBelow.Message);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task A_server_that_no_endpoint_leads_to_is_warned_of_once(bool isMapped, int warnings)
    {
        using var log = new LogCapture();
        await using WebApplication app = InMemory(log);
        if (isMapped)
        {
            app.MapSocketIO();
        }

        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(warnings, log.OfLibrary().Count(entry => entry.Level == LogLevel.Warning && entry.Message.Contains("MapSocketIO", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_endpoints_name_says_where_it_is()
    {
        await using WebApplication app = InMemory();
        app.MapSocketIO();
        app.MapSocketIO("/other/");
        app.MapGroup("/group").MapSocketIO("/io");
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["Socket.IO /group/io", "Socket.IO /other", "Socket.IO /socket.io"],
            app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Select(endpoint => endpoint.DisplayName).Order());
    }

    [Theory]
    [InlineData("https://good.example", 101)]
    [InlineData("https://evil.example", 403)]
    [InlineData(null, 101)]
    public async Task RequireCors_holds_for_WebSockets_too(string? origin, int status)
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services => services.AddCors(cors => cors.AddPolicy("good", policy => policy.WithOrigins("https://good.example"))),
            App = app => app.UseCors(),
            Endpoint = endpoint => endpoint.RequireCors("good"),
        });
        RawConnection connection = await ConnectAsync(server);

        await connection.SendRequestAsync("GET", "/socket.io/" + WebSocketWire.Query, [.. WebSocketWire.UpgradeHeaders, .. origin is null ? Array.Empty<string>() : [$"Origin: {origin}"]]);

        Assert.Equal(status, (await connection.ReceiveAnswerAsync()).Status);
    }

    [Fact]
    public async Task RequireAuthorization_keeps_strangers_out_and_tells_who_came()
    {
        WireServer server = await StartAsync(new WireServerSetup
        {
            Services = services =>
            {
                services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
                services.AddAuthorization();
            },
            App = app => app.UseAuthentication().UseAuthorization(),
            Endpoint = endpoint => endpoint.RequireAuthorization(),
        });
        server.IO.OnConnection(socket => socket.On("who", (Ack ack) => ack.SendAsync(socket.User.Identity!.Name)));

        HttpAnswer polling = await Polling(server).SendAsync(HttpMethod.Get, PollingClient.Query);
        RawConnection stranger = await ConnectAsync(server);
        await stranger.SendRequestAsync("GET", "/socket.io/" + WebSocketWire.Query, WebSocketWire.UpgradeHeaders);
        WebSocketWire ada = await WebSocketAsync(server, headers: ["X-User: ada"]);

        Assert.Equal(401, polling.Status);
        Assert.Equal(401, (await stranger.ReceiveAnswerAsync()).Status);
        await ada.ReceiveTextAsync();
        await ada.SendTextAsync("40");
        await ada.ReceiveTextAsync();
        await ada.SendTextAsync("421[\"who\"]");
        Assert.Equal("431[\"ada\"]", await ada.ReceiveTextAsync());
    }

    [Fact]
    public async Task It_runs_in_memory_on_TestServer()
    {
        await using WebApplication app = InMemory();
        app.MapSocketIO();
        app.Services.GetRequiredService<SocketIOServer>().OnConnection(socket => socket.On("echo", (string text, Ack ack) => ack.SendAsync(text)));
        await app.StartAsync(TestContext.Current.CancellationToken);

        using WebSocket socket = await app.GetTestServer().CreateWebSocketClient()
            .ConnectAsync(new Uri("ws://localhost/socket.io/?EIO=4&transport=websocket"), TestContext.Current.CancellationToken);
        Assert.StartsWith("0{", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, "40");
        Assert.StartsWith("40{", await ReceiveAsync(socket), StringComparison.Ordinal);
        await SendAsync(socket, "421[\"echo\",\"in memory\"]");
        Assert.Equal("431[\"in memory\"]", await ReceiveAsync(socket));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).Within("the server answers the close");

        using HttpClient http = app.GetTestClient();
        Assert.StartsWith("0{", await http.GetStringAsync(new Uri("/socket.io/?EIO=4&transport=polling", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Per_message_deflate_is_agreed_on_and_messages_stay_whole()
    {
        WireServer server = await StartAsync(o =>
        {
            o.PerMessageDeflate = true;
            o.MaxPayload = 200_000;
        });
        server.IO.OnConnection(socket => socket.On("echo", (string text, byte[] bytes, Ack ack) => ack.SendAsync(text, bytes)));
        using var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        socket.Options.CollectHttpResponseDetails = true;
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/socket.io/{WebSocketWire.Query}"), TestContext.Current.CancellationToken);
        Assert.Contains("permessage-deflate", socket.HttpResponseHeaders!["Sec-WebSocket-Extensions"].Single(), StringComparison.Ordinal);
        await ReceiveAsync(socket);
        await SendAsync(socket, "40");
        await ReceiveAsync(socket);

        for (int i = 1; i < 4; i++)
        {
            string text = string.Concat(Enumerable.Repeat($"{i} compresses well ", 1_000 * i));
            await SendAsync(socket, $"451-{i}[\"echo\",\"{text}\",{{\"_placeholder\":true,\"num\":0}}]");
            await socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);

            Assert.Equal($"461-{i}[\"{text}\",{{\"_placeholder\":true,\"num\":0}}]", await ReceiveAsync(socket));
            Assert.Equal("\u0001\u0002\u0003", await ReceiveAsync(socket));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).Within("the server answers the close");
    }

    private static WebApplication InMemory(LogCapture? log = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        builder.WebHost.UseTestServer();
        builder.Services.AddSocketIO();
        return builder.Build();
    }

    private static Task SendAsync(WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var message = new MemoryStream();
        var buffer = new byte[4096];
        WebSocketReceiveResult result;
        do
        {
            result = await socket.ReceiveAsync(buffer, deadline.Token);
            message.Write(buffer, 0, result.Count);
        }
        while (!result.EndOfMessage);
        return Encoding.UTF8.GetString(message.ToArray());
    }

    private sealed class Resource(Heard<string> heard) : IAsyncDisposable
    {
        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            heard.Add("disposed");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Handler(Resource resource, Heard<string> heard) : ISocketHandler
    {
        private int _count;

        public Task OnConnectionAsync(Socket socket)
        {
            socket.On("count", (Ack ack) => ack.SendAsync(++_count));
            socket.OnDisconnect(async _ =>
            {
                await Task.Yield();
                heard.Add(resource.IsDisposed ? "disconnected, resource disposed" : "disconnected, resource alive");
            });
            return Task.CompletedTask;
        }
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers["X-User"].ToString() is { Length: > 0 } user
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], "test")), "test"))
                : AuthenticateResult.NoResult());
    }
}
