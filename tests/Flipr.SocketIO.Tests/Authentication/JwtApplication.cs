using System.Security.Claims;
using Flipr.SocketIO.Tests.Wire;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Flipr.SocketIO.Tests.Authentication;

/// <summary>An application with ASP.NET's own JWT handler as the scheme <c>Bearer</c>, by the test's clock, and tokens for it.</summary>
public sealed class JwtApplication
{
    private readonly SymmetricSecurityKey _key = new(Guid.NewGuid().ToByteArray().Concat(Guid.NewGuid().ToByteArray()).ToArray());

    /// <summary>What the requests of all clients have in their header from now on, as if the clients had sent it.</summary>
    public string? HeaderToken { get; set; }

    /// <summary>How long the handler accepts a token after it has expired.</summary>
    public TimeSpan Leeway { get; init; }

    public WireServerSetup Setup(Action<SocketIOOptions>? options = null, Action<AuthorizationOptions>? policies = null, Action<IServiceCollection>? services = null) => new()
    {
        Options = options ?? (_ => { }),
        Services = all =>
        {
            all.AddAuthentication("Bearer").AddJwtBearer("Bearer", jwt =>
            {
                jwt.MapInboundClaims = false;
                jwt.TokenValidationParameters.IssuerSigningKey = _key;
                jwt.TokenValidationParameters.ValidateIssuer = false;
                jwt.TokenValidationParameters.ValidateAudience = false;
                jwt.TokenValidationParameters.NameClaimType = "sub";
                jwt.TokenValidationParameters.RoleClaimType = "role";

                // As ASP.NET's documentation has it for browsers, which cannot send a header with a WebSocket.
                jwt.Events = new JwtBearerEvents
                {
                    OnMessageReceived = received =>
                    {
                        received.Token = received.Request.Query["access_token"];
                        return Task.CompletedTask;
                    },
                };
            });
            all.AddOptions<JwtBearerOptions>("Bearer").Configure<TimeProvider>((jwt, clock) =>
                jwt.TokenValidationParameters.LifetimeValidator = (_, expires, _, _) => expires is null || clock.GetUtcNow() < expires + Leeway);
            all.AddAuthorization(policies ?? (_ => { }));
            services?.Invoke(all);
        },
        App = app =>
        {
            app.Use((context, next) =>
            {
                if (HeaderToken is not null)
                {
                    context.Request.Headers.Authorization = $"Bearer {HeaderToken}";
                }

                return next(context);
            });
            app.UseAuthentication().UseAuthorization();
        },
    };

    /// <summary>A token for a user, with roles, that expires by the server's clock.</summary>
    public string TokenOf(string user, DateTimeOffset expires, params string[] roles) => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
    {
        Subject = new ClaimsIdentity([new Claim("sub", user), .. roles.Select(static role => new Claim("role", role))]),
        Expires = expires.UtcDateTime,
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });

    /// <inheritdoc cref="TokenOf(string, DateTimeOffset, string[])"/>
    public string TokenOf(WireServer server, string user, params string[] roles) => TokenOf(user, server.Clock.GetUtcNow().AddHours(1), roles);
}
