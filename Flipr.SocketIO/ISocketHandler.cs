namespace Flipr.SocketIO;

/// <summary>A class that handles the sockets of a namespace; see <see cref="Namespace.UseHandler{THandler}"/>.</summary>
public interface ISocketHandler
{
    /// <summary>The socket has connected: register its handlers, before the first <c>await</c>.</summary>
    /// <param name="socket">The socket, the same for the lifetime of this instance.</param>
    Task OnConnectionAsync(Socket socket);
}
