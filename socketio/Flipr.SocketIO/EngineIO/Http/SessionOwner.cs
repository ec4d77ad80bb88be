using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Who a session belongs to: the endpoint and the authenticated user that opened it. A session id travels in query strings, and those end up
/// in the logs of proxies: who finds one there must not be able to speak for its user.
/// </summary>
/// <remarks>
/// A user is known by what stays the same when a ticket is renewed: the authentication type, and the claim that names the user with its issuer
/// (<see cref="ClaimTypes.NameIdentifier"/>, else <c>sub</c>, else the name). Who has none of those is known by the type alone.
/// </remarks>
internal sealed class SessionOwner
{
    private readonly EngineMapping? _mapping;
    private readonly Identity _identity;

    private SessionOwner(EngineMapping? mapping, Identity identity)
    {
        _mapping = mapping;
        _identity = identity;
    }

    /// <summary>Whose a session will be that <paramref name="handshake"/> opens.</summary>
    public static SessionOwner Of(HttpContext handshake)
    {
        EngineMapping? mapping = EngineMapping.Of(handshake);
        Identity identity = Identity.Of(handshake);
        return identity != default ? new SessionOwner(mapping, identity)
            : mapping is not null ? mapping.Anonymous ?? (mapping.Anonymous = new SessionOwner(mapping, default))
            : new SessionOwner(null, default);
    }

    /// <summary>Says what tells the sender of <paramref name="request"/> from the owner; <see langword="null"/> if nothing does.</summary>
    public string? FindMismatch(HttpContext request) =>
        EngineMapping.Of(request) != _mapping ? "another endpoint"
        : Identity.Of(request) != _identity ? "another user"
        : null;

    /// <summary>An authenticated user; the default value for none.</summary>
    private readonly record struct Identity(string? AuthenticationType, string? ClaimType, string? Issuer, string? Name)
    {
        public static Identity Of(HttpContext request)
        {
            // Not the request's User: that makes one where there is none.
            if (request.Features.Get<IHttpAuthenticationFeature>()?.User is { } user)
            {
                foreach (ClaimsIdentity identity in user.Identities)
                {
                    if (identity.IsAuthenticated)
                    {
                        Claim? claim = identity.FindFirst(ClaimTypes.NameIdentifier) ?? identity.FindFirst("sub") ?? identity.FindFirst(identity.NameClaimType);
                        return new Identity(identity.AuthenticationType ?? "", claim?.Type, claim?.Issuer, claim is null ? identity.Name : claim.Value);
                    }
                }
            }

            return default;
        }
    }
}
