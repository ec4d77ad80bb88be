using System.Text.RegularExpressions;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authorization;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>What a namespace asks for must be there when it asks, not when the first client comes.</summary>
public sealed class AuthenticationRegistrationTests() : WireTest(Route.Raw1)
{
    [Fact]
    public async Task Without_authorization_a_namespace_cannot_ask_for_it()
    {
        WireServer server = await StartAsync();
        Namespace ns = server.IO.Of("/admin");
        ParentNamespace parent = server.IO.Of(new Regex("^/tile-\\d$"));
        AuthorizationPolicy policy = new AuthorizationPolicyBuilder().RequireRole("admin").Build();

        Assert.All(
            (Action[])[
                ns.RequireAuthorization, () => ns.RequireAuthorization("a"), () => ns.RequireAuthorization(policy),
                parent.RequireAuthorization, () => parent.RequireAuthorization("a"), () => parent.RequireAuthorization(policy),
                server.IO.RequireAuthorization, () => server.IO.RequireAuthorization("a"), () => server.IO.RequireAuthorization(policy),
            ],
            static require => Assert.Contains("AddAuthorization()", Assert.Throws<InvalidOperationException>(require).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_authentication_a_namespace_cannot_read_tokens()
    {
        WireServer server = await StartAsync();
        ParentNamespace parent = server.IO.Of(new Regex("^/tile-\\d$"));

        Assert.All(
            (Action[])[() => server.IO.AuthenticateConnect("Bearer"), () => server.IO.Of("/admin").AuthenticateConnect("Bearer", "jwt"), () => parent.AuthenticateConnect("Bearer")],
            static read => Assert.Contains("AddAuthentication()", Assert.Throws<InvalidOperationException>(read).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Policies_and_schemes_that_do_not_exist_are_named()
    {
        WireServer server = await StartAsync(new JwtApplication().Setup(policies: options => options.AddPolicy("admins", policy => policy.RequireRole("admin"))));

        server.IO.RequireAuthorization("admins");
        server.IO.AuthenticateConnect("Bearer");
        Assert.Contains("'admin'", Assert.Throws<InvalidOperationException>(() => server.IO.RequireAuthorization("admins", "admin")).Message, StringComparison.Ordinal);
        Assert.Contains("'Bear'", Assert.Throws<InvalidOperationException>(() => server.IO.AuthenticateConnect("Bear")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => server.IO.RequireAuthorization("admins", null!));
        Assert.Throws<ArgumentNullException>(() => server.IO.RequireAuthorization((AuthorizationPolicy)null!));
        Assert.Throws<ArgumentException>(() => server.IO.AuthenticateConnect("Bearer", ""));
    }
}
