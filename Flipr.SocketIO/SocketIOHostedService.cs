using Microsoft.Extensions.Hosting;

namespace Flipr.SocketIO;

/// <summary>Lets the host wait, when it stops, until the sockets' handlers have heard of it and finished.</summary>
internal sealed class SocketIOHostedService(SocketIOServer server) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => server.DrainAsync(cancellationToken);
}
