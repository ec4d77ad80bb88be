using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO.EngineIO;

/// <summary>
/// Asked for sessions that are not here before their requests are refused: another instance may have them. What the router takes it answers
/// itself, as long as that may last: a poll waits, a WebSocket stays.
/// </summary>
internal interface ISessionRouter
{
    /// <summary>Takes a request, or leaves it to be refused.</summary>
    /// <param name="context">The request. Its origin has been checked, its session's owner has not: that is known where the session is.</param>
    /// <param name="sid">The session's id; well-formed, and none that has just ended here.</param>
    /// <param name="request">What is wanted of the session; the transport follows from it.</param>
    /// <returns>Whether the request was taken, and is answered.</returns>
    ValueTask<bool> TryRouteAsync(HttpContext context, string sid, SessionRequest request);
}
