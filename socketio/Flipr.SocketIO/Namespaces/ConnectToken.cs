using System.Text.Json;
using Flipr.SocketIO.EngineIO;
using Flipr.SocketIO.Protocol;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <summary>A token in what a client sends as <c>auth</c>, and the authentication scheme that says whose it is.</summary>
/// <param name="Scheme">The scheme's name.</param>
/// <param name="Property">The property of <c>auth</c>.</param>
internal sealed record ConnectToken(string Scheme, string Property)
{
    /// <summary>Asks the scheme whose the token is: that is the socket's user from now on. Without a token it stays who it was.</summary>
    /// <returns>Whether there is a token.</returns>
    /// <exception cref="ConnectionRefusedException">The scheme does not accept the token.</exception>
    public async Task<bool> AuthenticateAsync(Socket socket, IServiceProvider services)
    {
        if (Read(socket.Handshake.Auth) is not { } token)
        {
            return false;
        }

        AuthenticateResult result = await AskAsync(socket, services, token);
        if (!result.Succeeded)
        {
            // Not the failure's message: a handler may quote what it could not read.
            throw ConnectRefusals.BadToken($"the scheme '{Scheme}' does not accept its token ({result.Failure?.GetType().Name ?? "no result"})");
        }

        SocketIOServer server = socket.Namespace.Server;
        if (server.Options.CloseOnAuthenticationExpiration && result.Properties?.ExpiresUtc is { } expires)
        {
            EngineClock clock = server.Engine.Clock;
            socket.Expiry = clock.At(expires);
            if (clock.Now >= socket.Expiry)
            {
                // Let in by the leeway that the scheme gives to clocks which differ; it would be sent away again at once.
                throw ConnectRefusals.BadToken("its token has expired (option CloseOnAuthenticationExpiration)");
            }
        }

        socket.User = result.Principal;
        return true;
    }

    private async Task<AuthenticateResult> AskAsync(Socket socket, IServiceProvider services, string token)
    {
        try
        {
            HttpContext request = CreateRequest(socket, token);
            request.RequestServices = services;
            return await services.GetRequiredService<IAuthenticationService>().AuthenticateAsync(request, Scheme);
        }
        catch (OperationCanceledException) when (socket.HasDisconnected)
        {
            throw;
        }
        catch (Exception exception)
        {
            socket.Namespace.Server.Log.AuthenticationFailed(
                socket.Namespace.Name, socket.Id, Scheme, $"{exception.GetType()}{Environment.NewLine}{exception.StackTrace}");
            throw new ConnectionRefusedException("Internal server error") { Cause = $"the scheme '{Scheme}' threw" };
        }
    }

    // A request of its own, not the one that carried the CONNECT: that one has perhaps another token, in its query, its header or a cookie.
    private static DefaultHttpContext CreateRequest(Socket socket, string token)
    {
        Handshake handshake = socket.Handshake;
        var context = new DefaultHttpContext { RequestAborted = socket.Disconnected };
        context.Connection.RemoteIpAddress = handshake.Address;
        HttpRequest request = context.Request;
        request.Method = HttpMethods.Get;
        request.Scheme = handshake.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
        request.Host = new HostString(handshake.Headers.Host.ToString());
        request.PathBase = handshake.PathBase;
        request.Path = handshake.Path;
        request.Headers.Authorization = $"Bearer {token}";
        return context;
    }

    /// <summary>The token; <see langword="null"/> if there is none.</summary>
    private string? Read(JsonData auth)
    {
        if (auth.IsUndefined)
        {
            return null;
        }

        var reader = new Utf8JsonReader(JsonText.Repair(auth.Text) ?? auth.Text, new JsonReaderOptions { MaxDepth = int.MaxValue });
        using var json = JsonDocument.ParseValue(ref reader);
        if (!json.RootElement.TryGetProperty(Property, out JsonElement token) || token.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return token.ValueKind != JsonValueKind.String
            ? throw ConnectRefusals.BadToken($"'{Property}' of its auth is no string")
            : token.GetString() is { Length: > 0 } text ? text : null;
    }
}
