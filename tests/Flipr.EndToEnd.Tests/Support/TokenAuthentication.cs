using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Takes a <see cref="TestToken"/> from the header, the query or a cookie, as applications configure their JWT handler.</summary>
internal sealed class TokenAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Name = "access_token";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        string? token = header.StartsWith("Bearer ", StringComparison.Ordinal) ? header["Bearer ".Length..] : Request.Query[Name].FirstOrDefault() ?? Request.Cookies[Name];
        return Task.FromResult(token is null ? AuthenticateResult.NoResult() : TestToken.Read(token, TimeProvider.GetUtcNow()) is not { } user
            ? AuthenticateResult.Fail("The token is forged, or has expired.")
            : AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, user)], Scheme.Name)), Scheme.Name)));
    }
}
