using Microsoft.Extensions.DependencyInjection;

namespace Flipr.SocketIO;

/// <inheritdoc cref="ISocketIOBuilder"/>
internal sealed class SocketIOBuilder(string name, IServiceCollection services) : ISocketIOBuilder
{
    public string Name => name;

    public IServiceCollection Services => services;
}
