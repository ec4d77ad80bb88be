using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <summary>A Socket.IO server that is being added to the services; what belongs to it is added here.</summary>
public interface ISocketIOBuilder
{
    /// <summary>The server's name, that of its options too; empty for the server without one.</summary>
    string Name { get; }

    /// <summary>The application's services.</summary>
    IServiceCollection Services { get; }
}
