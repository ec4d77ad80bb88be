using System.Net;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>What is known of the request that opened a connection.</summary>
public sealed class Handshake
{
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
        Url = $"{context.Request.PathBase}{context.Request.Path}{context.Request.QueryString}";
        User = context.User;
        Time = time;
    }

    private Handshake(Handshake connection, JsonData auth)
    {
        Headers = connection.Headers;
        Query = connection.Query;
        Address = connection.Address;
        IsSecure = connection.IsSecure;
        Url = connection.Url;
        User = connection.User;
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
    public string Url { get; }

    /// <summary>Who authenticated the request.</summary>
    public ClaimsPrincipal User { get; }

    /// <summary>When the connection opened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What the client sent as <c>auth</c> for this namespace; <see cref="JsonValueKind.Undefined"/> if nothing.</summary>
    public JsonData Auth { get; }

    internal Handshake With(JsonData auth) => new(this, auth);
}
