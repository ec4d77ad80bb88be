using Microsoft.Extensions.Hosting;

namespace Flipr.SocketIO;

/// <summary>
/// Looks, when the host has started, whether clients can reach the server; lets the host wait, when it stops, until the
/// sockets' handlers have heard of it and finished.
/// </summary>
internal sealed class SocketIOHostedService(SocketIOServer server, IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    private CancellationTokenRegistration _started;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Endpoints may be mapped until the host has started.
        _started = lifetime.ApplicationStarted.Register(() =>
        {
            if (!server.IsMapped)
            {
                server.Log.NotMapped(server.Name);
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.DrainAsync(cancellationToken);

    public void Dispose() => _started.Dispose();
}
