using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Flipr.SocketIO;

/// <summary>What is known of the request that opened a connection.</summary>
public sealed class Handshake
{
    private readonly PathString _pathBase;
    private readonly PathString _path;
    private readonly QueryString _queryString;
    private ClaimsPrincipal? _user;

    internal Handshake(HttpContext context, DateTimeOffset time)
    {
        // Copied: the request's own collections end with the request, and a polling request ends at once.
        var headers = new HeaderDictionary(context.Request.Headers.Count);
        foreach (var header in context.Request.Headers)
        {
            headers[header.Key] = header.Value;
        }

        Headers = headers;
        Query = context.Request.Query;
        Address = context.Connection.RemoteIpAddress;
        IsSecure = context.Request.IsHttps;
        _pathBase = context.Request.PathBase;
        _path = context.Request.Path;
        _queryString = context.Request.QueryString;
        _user = context.Features.Get<IHttpAuthenticationFeature>()?.User; // Not the request's User: that makes one where there is none.
        Time = time;
    }

    private Handshake(Handshake connection, JsonData auth)
    {
        Headers = connection.Headers;
        Query = connection.Query;
        Address = connection.Address;
        IsSecure = connection.IsSecure;
        _pathBase = connection._pathBase;
        _path = connection._path;
        _queryString = connection._queryString;
        _user = connection._user;
        Time = connection.Time;
        Auth = auth;
    }

    /// <summary>The request's headers.</summary>
    public IHeaderDictionary Headers { get; }

    /// <summary>The query, with the protocol's own parameters <c>EIO</c> and <c>transport</c> in it.</summary>
    public IQueryCollection Query { get; }

    /// <summary>The client's address, after forwarded headers if the application uses them.</summary>
    public IPAddress? Address { get; }

    /// <summary>Whether the connection is encrypted, as far as the application can tell.</summary>
    public bool IsSecure { get; }

    /// <summary>Path and query of the request.</summary>
    public string Url => $"{_pathBase}{_path}{_queryString}";

    /// <summary>Who authenticated the request.</summary>
    public ClaimsPrincipal User => LazyInitializer.EnsureInitialized(ref _user, static () => new ClaimsPrincipal(new ClaimsIdentity()));

    /// <summary>When the connection opened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What the client sent as <c>auth</c> for this namespace; <see cref="JsonValueKind.Undefined"/> if nothing.</summary>
    public JsonData Auth { get; }

    internal PathString PathBase => _pathBase;

    internal PathString Path => _path;

    internal Handshake With(JsonData auth) => new(this, auth);
}
