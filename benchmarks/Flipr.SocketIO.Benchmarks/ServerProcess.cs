using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Flipr.SocketIO.Benchmarks;

/// <summary>A server in a process of its own, so that what its clients cost is not counted as its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private ServerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts <c>serve</c> with the arguments and the address behind them, and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        int port = FreePort();
        Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["serve", .. arguments, $"http://127.0.0.1:{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (await process.StandardOutput.ReadLineAsync() != ServerHost.Ready)
        {
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"The server did not start (exit code {process.ExitCode}).");
        }

        return new ServerProcess(process, port);
    }

    /// <summary>Tells the server a line.</summary>
    public void Tell(string line) => _process.StandardInput.WriteLine(line);

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(StopTime);
        try
        {
            await _process.StandardInput.WriteLineAsync();
            await _process.WaitForExitAsync(timeout.Token);
        }
        finally
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
