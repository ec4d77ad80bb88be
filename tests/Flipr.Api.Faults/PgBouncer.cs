using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Flipr.Api.Faults;

/// <summary>PgBouncer in transaction mode in front of <see cref="PostgresServer"/>.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _folder;
    private readonly Process _process;

    private PgBouncer(string folder, int port, Process process)
    {
        _folder = folder;
        Port = port;
        _process = process;
    }

    public int Port { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<PgBouncer> StartAsync(PostgresServer server)
    {
        string folder = Directory.CreateTempSubdirectory("flipr-faults-pgbouncer-").FullName;
        string configuration = Path.Combine(folder, "pgbouncer.ini");
        int port = Ports.Free();
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            * = user=postgres host=127.0.0.1 port={server.Port}
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 5
            """));
        string[] command = ["pgbouncer", "-q", configuration];
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root, as PostgreSQL does; its configuration holds no secret.
            await Programs.RunAsync("chmod", "755", folder);
            command = ["runuser", "-u", "postgres", "--", .. command];
        }

        Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port);
                return new PgBouncer(folder, port, process);
            }
            catch (SocketException) when (!process.HasExited && Stopwatch.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(20);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
