using System.Collections.Immutable;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <summary>What stands before the middleware of a namespace: whose the CONNECT's token is, and whether the policies let this user in.</summary>
/// <param name="Token">Where the token is, and who knows whose it is; <see langword="null"/> where none is looked for.</param>
/// <param name="Policies">What the user must satisfy, all of them.</param>
internal sealed record ConnectGate(ConnectToken? Token, ImmutableArray<ConnectPolicy> Policies)
{
    /// <summary>As a namespace begins: everyone may pass.</summary>
    public static readonly ConnectGate Open = new(null, []);

    /// <summary>Lets the socket pass by returning; its user is known then.</summary>
    /// <exception cref="ConnectionRefusedException">The token is not accepted, or the user is not let in.</exception>
    public async Task AdmitAsync(Socket socket)
    {
        // Of its own: authentication handlers live as long as a request does, the socket's services as long as the socket.
        await using AsyncServiceScope scope = socket.Namespace.Server.Services.CreateAsyncScope();
        IServiceProvider services = scope.ServiceProvider;
        bool hasToken = Token is not null && await Token.AuthenticateAsync(socket, services);
        if (Policies.IsEmpty)
        {
            return;
        }

        IAuthorizationPolicyProvider provider = services.GetRequiredService<IAuthorizationPolicyProvider>();
        IAuthorizationService authorization = services.GetRequiredService<IAuthorizationService>();
        foreach (ConnectPolicy policy in Policies)
        {
            AuthorizationResult result = await authorization.AuthorizeAsync(socket.User, socket, await policy.FindAsync(provider));
            if (result.Succeeded)
            {
                continue;
            }

            string cause = $"its user does not satisfy {policy}";
            throw socket.User.Identities.Any(static identity => identity.IsAuthenticated) ? ConnectRefusals.Forbidden(cause)
                : Token is null || hasToken ? ConnectRefusals.NoUser(cause)
                : ConnectRefusals.NoToken($"{cause}, and its auth has no '{Token.Property}'");
        }
    }
}
