using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Flipr.SocketIO;

// What is asked for when the application starts must be there: a client that is refused, or let in, is too late to notice.
public sealed partial class SocketIOServer
{
    /// <summary>Throws where nobody could say whether a user satisfies a policy.</summary>
    /// <exception cref="InvalidOperationException">There is no authorization.</exception>
    internal void ThrowIfNoAuthorization()
    {
        if (Lacks<IAuthorizationService>() || Lacks<IAuthorizationPolicyProvider>())
        {
            throw new InvalidOperationException("There is no authorization: call builder.Services.AddAuthorization() before builder.Build().");
        }
    }

    /// <summary>What the names stand for; the default policy if there are none.</summary>
    /// <exception cref="InvalidOperationException">There is no authorization, or no policy of that name.</exception>
    internal ConnectPolicy[] ToPolicies(string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        ThrowIfNoAuthorization();
        if (names.Length == 0)
        {
            return [new ConnectPolicy(null, null)];
        }

        ConnectPolicy[] policies = [.. names.Select(static name => new ConnectPolicy(name ?? throw new ArgumentNullException(nameof(names)), null))];
        using IServiceScope scope = Services.CreateScope();
        if (scope.ServiceProvider.GetService<IAuthorizationPolicyProvider>()?.GetType() == typeof(DefaultAuthorizationPolicyProvider))
        {
            // It knows all names from the start; another may ask a database, later.
            AuthorizationOptions options = scope.ServiceProvider.GetRequiredService<IOptions<AuthorizationOptions>>().Value;
            foreach (ConnectPolicy policy in policies)
            {
                _ = options.GetPolicy(policy.Name!) ?? throw policy.Missing();
            }
        }

        return policies;
    }

    /// <summary>The token in that property, for that scheme.</summary>
    /// <exception cref="InvalidOperationException">There is no authentication, or no scheme of that name.</exception>
    internal ConnectToken ToToken(string scheme, string property)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentException.ThrowIfNullOrEmpty(property);
        if (Lacks<IAuthenticationService>())
        {
            throw new InvalidOperationException($"There is no authentication: call builder.Services.AddAuthentication() with the scheme '{scheme}' before builder.Build().");
        }

        // As with policies: the framework's own provider knows all from the start, and answers at once.
        if (Services.GetService<IAuthenticationSchemeProvider>() is AuthenticationSchemeProvider schemes && schemes.GetType() == typeof(AuthenticationSchemeProvider)
            && schemes.GetSchemeAsync(scheme) is { IsCompletedSuccessfully: true, Result: null })
        {
            throw new InvalidOperationException($"There is no authentication scheme '{scheme}': add it to builder.Services.AddAuthentication(), such as with AddJwtBearer(\"{scheme}\", ...).");
        }

        return new ConnectToken(scheme, property);
    }

    private bool Lacks<T>() => Services.GetService<IServiceProviderIsService>()?.IsService(typeof(T)) == false;
}
