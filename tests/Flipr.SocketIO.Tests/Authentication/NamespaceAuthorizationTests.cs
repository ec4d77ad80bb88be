using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>Namespaces that ask for a user, or for one that satisfies policies.</summary>
public abstract class NamespaceAuthorizationTests(Route route) : WireTest(route)
{
    private const string Unauthorized = "{\"message\":\"Unauthorized\",\"data\":{\"status\":401,\"reason\":\"user_missing\"}}";
    private const string Forbidden = "{\"message\":\"Forbidden\",\"data\":{\"status\":403,\"reason\":\"forbidden\"}}";

    private readonly JwtApplication _application = new();
    private readonly Heard<string> _asked = new("the middleware");

    public sealed class OverWebSocket() : NamespaceAuthorizationTests(Route.Raw1);

    public sealed class OverPolling() : NamespaceAuthorizationTests(Route.Polling1);

    [Fact]
    public async Task Who_is_nobody_is_refused_before_the_middleware_and_may_stay_elsewhere()
    {
        WireServer server = await StartAsync(_application.Setup());
        Guard(server.IO.Of("/admin")).RequireAuthorization();
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40/admin,");

        await client.ShouldReceiveAsync($"44/admin,{Unauthorized}");
        await client.ShouldHaveNothingElseAsync();
        Assert.Empty(_asked.All);
    }

    [Fact]
    public async Task Policies_are_each_namespaces_own()
    {
        WireServer server = await StartAsync(_application.Setup(policies: AddPolicies));
        Guard(server.IO.Of("/users")).RequireAuthorization();
        Guard(server.IO.Of("/admins")).RequireAuthorization("admins");
        Guard(server.IO.Of("/editors")).RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole("editor").Build());
        Guard(server.IO.Of("/both")).RequireAuthorization("admins", "editors");
        Guard(server.IO.Of("/one-by-one")).RequireAuthorization("admins");
        server.IO.Of("/one-by-one").RequireAuthorization("editors");
        _application.HeaderToken = _application.TokenOf(server, "ada", "editor");
        EngineClient client = await JoinAsync(server);

        await client.JoinAsync("/users");
        await client.JoinAsync("/editors");
        foreach (string refused in (string[])["/admins", "/both", "/one-by-one"])
        {
            await client.SendAsync($"40{refused},");
            await client.ShouldReceiveAsync($"44{refused},{Forbidden}");
        }

        Assert.Equal(["/users", "/editors"], _asked.All);
        Assert.Contains("'admins'", (await server.Log.ContainsAsync("does not satisfy")).Message, StringComparison.Ordinal);
        Assert.Null(server.Log.Find("A middleware of"));
    }

    [Fact]
    public async Task The_default_namespace_asks_on_the_servers_behalf()
    {
        WireServer server = await StartAsync(_application.Setup(policies: AddPolicies));
        server.IO.RequireAuthorization();
        server.IO.RequireAuthorization("editors");
        server.IO.RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole("admin").Build());
        EngineClient nobody = await OpenAsync(server);
        await nobody.SendAsync("40");
        await nobody.ShouldReceiveAsync($"44{Unauthorized}");

        _application.HeaderToken = _application.TokenOf(server, "ada", "editor");
        EngineClient editor = await OpenAsync(server);
        await editor.SendAsync("40");
        await editor.ShouldReceiveAsync($"44{Forbidden}");

        _application.HeaderToken = _application.TokenOf(server, "ada", "editor", "admin");
        await JoinAsync(server);
    }

    [Fact]
    public async Task A_parents_policies_hold_for_its_namespaces_those_that_exist_and_those_to_come()
    {
        WireServer server = await StartAsync(_application.Setup(policies: AddPolicies));
        ParentNamespace tiles = server.IO.Of(new Regex("^/tile-\\d$"));
        server.IO.Of("/tile-1");
        tiles.RequireAuthorization();
        tiles.RequireAuthorization("editors");
        tiles.RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole("editor").Build());
        EngineClient nobody = await JoinAsync(server);
        foreach (string tile in (string[])["/tile-1", "/tile-2"])
        {
            await nobody.SendAsync($"40{tile},");
            await nobody.ShouldReceiveAsync($"44{tile},{Unauthorized}");
        }

        _application.HeaderToken = _application.TokenOf(server, "ada", "editor");
        EngineClient editor = await JoinAsync(server);
        await editor.JoinAsync("/tile-1");
        await editor.JoinAsync("/tile-2");
    }

    [Fact]
    public async Task A_policys_handler_sees_the_socket_may_take_its_time_and_is_disposed_after_the_CONNECT()
    {
        var handlers = new Heard<string>("handlers");
        WireServer server = await StartAsync(_application.Setup(
            policies: options => options.AddPolicy("room", policy => policy.AddRequirements(new Room())),
            services: services => services.AddSingleton(handlers).AddScoped<IAuthorizationHandler, RoomHandler>()));
        Guard(server.IO.Of("/room")).RequireAuthorization("room");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40/room,{\"room\":\"red\"}");
        await client.ShouldReceiveAsync($"44/room,{Unauthorized}");
        await client.JoinAsync("/room", "{\"room\":\"blue\"}");

        Assert.Equal(["red", "disposed", "blue", "disposed"], handlers.All);
        Assert.Single(_asked.All);
    }

    [Fact]
    public async Task A_policys_handler_that_throws_lets_nobody_in_and_tells_nothing()
    {
        ErrorsExpected = true;
        WireServer server = await StartAsync(_application.Setup(policies: options =>
            options.AddPolicy("broken", policy => policy.RequireAssertion(bool (_) => throw new InvalidOperationException("secret")))));
        Guard(server.IO.Of("/admin")).RequireAuthorization("broken");
        EngineClient client = await JoinAsync(server);

        await client.SendAsync("40/admin,");

        await client.ShouldReceiveAsync("44/admin,{\"message\":\"Internal server error\"}");
        Assert.Empty(_asked.All);
    }

    private static void AddPolicies(AuthorizationOptions options)
    {
        options.AddPolicy("admins", policy => policy.RequireRole("admin"));
        options.AddPolicy("editors", policy => policy.RequireRole("editor"));
    }

    private Namespace Guard(Namespace ns)
    {
        ns.Use(socket =>
        {
            _asked.Add(socket.Namespace.Name);
            return Task.CompletedTask;
        });
        return ns;
    }

    private sealed class Room : IAuthorizationRequirement;

    private sealed class RoomHandler(Heard<string> handlers) : AuthorizationHandler<Room>, IDisposable
    {
        protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Room requirement)
        {
            string room = ((Socket)context.Resource!).Handshake.Auth.Json.GetProperty("room").GetString()!;
            handlers.Add(room);
            await Task.Yield();
            if (room == "blue")
            {
                context.Succeed(requirement);
            }
        }

        public void Dispose() => handlers.Add("disposed");
    }
}
