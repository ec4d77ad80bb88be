using System.Security.Claims;
using Flipr.SocketIO.Tests.Wire;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>Whose socket it is: middleware decides, then it is fixed.</summary>
public sealed class SocketUserTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task Middleware_makes_the_user_of_its_namespace_alone()
    {
        var application = new JwtApplication();
        WireServer server = await StartAsync(application.Setup());
        application.HeaderToken = application.TokenOf(server, "ada");
        var seen = new Heard<string?>("users");
        Namespace named = server.IO.Of("/named");
        named.Use(socket =>
        {
            seen.Add(socket.User.Identity!.Name);
            socket.User = Named("countess");
            return Task.CompletedTask;
        });
        named.Use(socket =>
        {
            seen.Add(socket.User.Identity!.Name);
            return Task.CompletedTask;
        });
        foreach (Namespace ns in (Namespace[])[server.IO.Default, named])
        {
            ns.OnConnection(socket => socket.On("who", () => socket.User.Identity!.Name));
        }

        EngineClient client = await JoinAsync(server);
        await client.JoinAsync("/named");
        await client.SendAsync("421[\"who\"]", "42/named,2[\"who\"]");

        await client.ShouldReceiveAsync("431[\"ada\"]", "43/named,2[\"countess\"]");
        Assert.Equal(["ada", "countess"], seen.All);
    }

    [Fact]
    public async Task The_user_is_fixed_from_the_connection_on_and_never_none()
    {
        WireServer server = await StartAsync();
        var thrown = new Heard<Exception?>("exceptions");
        server.IO.Use(socket =>
        {
            thrown.Add(Record.Exception(() => socket.User = null!));
            return Task.CompletedTask;
        });
        server.IO.OnConnection(socket => thrown.Add(Record.Exception(() => socket.User = Named("late"))));

        await JoinAsync(server);

        Assert.IsType<ArgumentNullException>(await thrown.NextAsync());
        Assert.Contains("middleware", Assert.IsType<InvalidOperationException>(await thrown.NextAsync()).Message, StringComparison.Ordinal);
        Assert.Null(server.IO.Sockets.Single().User.Identity!.Name);
    }

    private static ClaimsPrincipal Named(string name) => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"));
}
