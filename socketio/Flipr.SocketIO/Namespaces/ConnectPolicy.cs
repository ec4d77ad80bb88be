using Microsoft.AspNetCore.Authorization;

namespace Flipr.SocketIO;

/// <summary>A policy that a namespace asks for: one that was given, one by name, or the application's default.</summary>
internal readonly record struct ConnectPolicy(string? Name, AuthorizationPolicy? Given)
{
    /// <summary>The policy, as it is now: a provider may change what a name means.</summary>
    /// <exception cref="InvalidOperationException">There is none of that name.</exception>
    public async ValueTask<AuthorizationPolicy> FindAsync(IAuthorizationPolicyProvider provider) =>
        Given
        ?? (Name is null ? await provider.GetDefaultPolicyAsync() : await provider.GetPolicyAsync(Name))
        ?? throw Missing();

    /// <summary>What is thrown where there is no such policy.</summary>
    public InvalidOperationException Missing() =>
        new($"There is no authorization policy '{Name}': add it with builder.Services.AddAuthorizationBuilder().AddPolicy(\"{Name}\", ...).");

    public override string ToString() => Name is not null ? $"the policy '{Name}'" : Given is not null ? "the policy that was given" : "the default policy";
}
