using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>JSON Web Tokens (RFC 7519), signed with HMAC-SHA256 and a key of this process.</summary>
internal static class TestToken
{
    /// <summary>The key.</summary>
    public static readonly SymmetricSecurityKey Key = new(RandomNumberGenerator.GetBytes(32));

    public static string Create(string user, DateTimeOffset expires, params string[] roles) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        Subject = new ClaimsIdentity([new Claim("sub", user), .. roles.Select(static role => new Claim("role", role))]),
        Expires = expires.UtcDateTime,
        SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
    });
}
