using System.Security.Claims;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>What a ticket has opened ends when the ticket expires, where the option says so.</summary>
public abstract class AuthenticationExpirationTests(Route route) : WireTest(route)
{
    // Two of them are over before the first ping, which comes after 20 s or more.
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(8);

    private readonly JwtApplication _application = new() { Leeway = TimeSpan.FromMinutes(5) };
    private readonly Heard<string> _reasons = new("disconnects");

    public sealed class OverWebSocket() : AuthenticationExpirationTests(Route.Raw1);

    public sealed class OverFallback() : AuthenticationExpirationTests(Route.Fallback1);

    public sealed class OverPolling() : AuthenticationExpirationTests(Route.Polling1)
    {
        [Fact]
        public async Task A_later_request_with_another_ticket_of_the_same_user_renews_it()
        {
            WireServer server = await StartAsync(closes: true);
            _application.HeaderToken = TokenOf(server, Lifetime);
            EngineClient client = await JoinAsync(server);
            server.Clock.Advance(Lifetime - TimeSpan.FromSeconds(1));

            _application.HeaderToken = TokenOf(server, Lifetime);
            await client.ShouldHaveNothingElseAsync();
            server.Clock.Advance(Lifetime - TimeSpan.FromSeconds(1));
            await client.ShouldHaveNothingElseAsync();

            server.Clock.Advance(TimeSpan.FromSeconds(1));
            await client.ReceiveEndAsync();
            Assert.Equal("authentication expired", await _reasons.NextAsync());
        }
    }

    [Fact]
    public async Task The_handshakes_ticket_ends_the_connection_in_time()
    {
        WireServer server = await StartAsync(closes: true);
        _application.HeaderToken = TokenOf(server, Lifetime);
        EngineClient client = await JoinAsync(server);
        server.Clock.Advance(Lifetime - TimeSpan.FromMilliseconds(1));
        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(_reasons.All);

        Task end = client.ReceiveEndAsync();
        await server.PassUntilAsync(end, "the connection ends");

        Assert.Equal("authentication expired", await _reasons.NextAsync());
        await server.UntilConnectionsAsync(0);
        await server.Log.ContainsAsync("CloseOnAuthenticationExpiration");
    }

    [Fact]
    public async Task Without_the_option_tickets_end_nothing()
    {
        WireServer server = await StartAsync(closes: false);
        server.IO.AuthenticateConnect("Bearer");
        _application.HeaderToken = TokenOf(server, Lifetime);
        EngineClient client = await OpenAsync(server);
        await client.JoinAsync("/", Auth(TokenOf(server, Lifetime)));

        server.Clock.Advance(Lifetime + TimeSpan.FromSeconds(1));

        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(_reasons.All);
    }

    [Fact]
    public async Task The_CONNECTs_ticket_ends_its_socket_alone()
    {
        WireServer server = await StartAsync(closes: true);
        Watch(server.IO.Of("/admin")).AuthenticateConnect("Bearer");
        server.IO.Of("/later").AuthenticateConnect("Bearer");
        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/later", Auth(TokenOf(server, 2 * Lifetime)));
        await client.JoinAsync("/admin", Auth(TokenOf(server, Lifetime)));
        server.Clock.Advance(Lifetime - TimeSpan.FromMilliseconds(1));
        await client.ShouldHaveNothingElseAsync();

        Task<WirePacket> next = client.ReceiveAsync();
        await server.PassUntilAsync(next, "the socket leaves");

        Assert.Equal("41/admin,", (await next).Text);
        Assert.Equal("authentication expired", await _reasons.NextAsync());
        Assert.Empty(server.IO.Of("/admin").Sockets);
        await client.ShouldHaveNothingElseAsync();
        await client.JoinAsync("/admin", Auth(TokenOf(server, 2 * Lifetime)));

        next = client.ReceiveAsync();
        await server.PassUntilAsync(next, "the other socket leaves");
        Assert.Equal("41/later,", (await next).Text);
    }

    [Fact]
    public async Task A_ticket_that_expires_while_the_middleware_thinks_ends_the_socket_when_it_has_connected()
    {
        WireServer server = await StartAsync(closes: true);
        var think = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Namespace admin = Watch(server.IO.Of("/admin"));
        admin.AuthenticateConnect("Bearer");
        admin.Use(socket =>
        {
            // Whoever it is then: it is the ticket that counts.
            socket.User = new ClaimsPrincipal(new ClaimsIdentity("test"));
            return think.Task;
        });
        EngineClient client = await JoinAsync(server);
        await client.SendAsync($"40/admin,{Auth(TokenOf(server, Lifetime))}");
        await client.ShouldHaveNothingElseAsync();
        server.Clock.Advance(Lifetime);
        await client.ShouldHaveNothingElseAsync();

        think.SetResult();
        EngineClient.SidOf(await client.ReceiveTextAsync(), "/admin");
        Task<WirePacket> next = client.ReceiveAsync();
        await server.PassUntilAsync(next, "the socket leaves");

        Assert.Equal("41/admin,", (await next).Text);
        Assert.Equal("authentication expired", await _reasons.NextAsync());
    }

    [Fact]
    public async Task A_token_that_only_the_schemes_leeway_lets_pass_is_refused()
    {
        WireServer server = await StartAsync(closes: true);
        server.IO.Of("/admin").AuthenticateConnect("Bearer");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync($"40/admin,{Auth(TokenOf(server, TimeSpan.Zero))}");

        await client.ShouldReceiveAsync("44/admin,{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"token_invalid\"}}");
    }

    private static string Auth(string token) => $"{{\"token\":\"{token}\"}}";

    private async Task<WireServer> StartAsync(bool closes)
    {
        WireServer server = await StartAsync(_application.Setup(options => options.CloseOnAuthenticationExpiration = closes));
        Watch(server.IO.Default);
        return server;
    }

    private string TokenOf(WireServer server, TimeSpan lifetime) => _application.TokenOf("ada", server.Clock.GetUtcNow() + lifetime);

    private Namespace Watch(Namespace ns)
    {
        ns.OnConnection(socket => socket.OnDisconnect(_reasons.Add));
        return ns;
    }
}
