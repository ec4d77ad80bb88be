namespace Flipr.SocketIO;

/// <summary>A class that handles the sockets of a namespace; see <see cref="Namespace.UseHandler{THandler}"/>.</summary>
/// <example>
/// <code>
/// public Task OnConnectionAsync(Socket socket)
/// {
///     socket.On&lt;string?, Ack&gt;("join", JoinAsync); // a method needs the types; a lambda brings them
///     return Task.CompletedTask;
/// }
/// </code>
/// </example>
public interface ISocketHandler
{
    /// <summary>The socket has connected: register its handlers, before the first <c>await</c>.</summary>
    /// <param name="socket">The socket, the same for the lifetime of this instance.</param>
    Task OnConnectionAsync(Socket socket);
}
