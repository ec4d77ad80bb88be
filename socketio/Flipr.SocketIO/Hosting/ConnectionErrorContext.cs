using System.Globalization;
using Flipr.SocketIO.EngineIO;
using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>Why a request was refused, as data; what the client said is as it said it.</summary>
public sealed class ConnectionErrorContext
{
    internal ConnectionErrorContext(Refusal refusal, HttpRequest request)
    {
        Name = refusal.Name;
        Sid = refusal.Sid;
        Transport = refusal.Transport;
        PreviousTransport = refusal.PreviousTransport;
        Message = refusal.Message;
        Method = request.Method;
        Protocol = int.TryParse(request.Query["EIO"], NumberStyles.None, CultureInfo.InvariantCulture, out int protocol) ? protocol : null;
    }

    /// <summary>
    /// The case: <c>TRANSPORT_UNKNOWN</c>, <c>UNKNOWN_SID</c>, <c>OWNER_MISMATCH</c>, <c>BAD_HANDSHAKE_METHOD</c>, <c>TRANSPORT_HANDSHAKE_ERROR</c>,
    /// <c>TRANSPORT_MISMATCH</c>, <c>PROTOCOL_MISMATCH</c>, <c>INVALID_ORIGIN</c>, <c>MIDDLEWARE_FAILURE</c>,
    /// <c>UNSUPPORTED_PROTOCOL_VERSION</c>; <see langword="null"/> where it has no name.
    /// </summary>
    public string? Name { get; }

    /// <summary>The session that the request was for; <see langword="null"/> if it was to open one.</summary>
    public string? Sid { get; }

    /// <summary>The request's method.</summary>
    public string Method { get; }

    /// <summary>The protocol's revision that the client speaks (<c>EIO</c>); <see langword="null"/> if it did not say, or said no number.</summary>
    public int? Protocol { get; }

    /// <summary>The transport that the request asked for.</summary>
    public string? Transport { get; }

    /// <summary>The transport that the session is on, where the request asked for another one.</summary>
    public string? PreviousTransport { get; }

    /// <summary>What <see cref="SocketIOOptions.AllowRequest"/> told the client.</summary>
    public string? Message { get; }
}
