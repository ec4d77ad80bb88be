using Microsoft.AspNetCore.Http;

namespace Flipr.SocketIO;

/// <summary>A request that was refused; see <see cref="SocketIOServer.OnConnectionError"/>.</summary>
/// <param name="Code">The code that the client gets, 0 to 5.</param>
/// <param name="Message">The message that goes with the code.</param>
/// <param name="Cause">Why, in words for the log; it begins with <see cref="ConnectionErrorContext.Name"/> where there is one.</param>
/// <param name="Context">Why, as data.</param>
/// <param name="Request">The request.</param>
public sealed record ConnectionError(int Code, string Message, string Cause, ConnectionErrorContext Context, HttpContext Request);
