using System.Globalization;

namespace Flipr.Testing;

/// <summary>A PgBouncer in transaction mode in front of a <see cref="PostgresCluster"/>.</summary>
public sealed class PgBouncer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestFolder _folder = new();
    private readonly int _port = Ports.Free();
    private Command? _process;

    private PgBouncer()
    {
    }

    /// <summary>Why there can be none, or null.</summary>
    public static string? Missing => Program is null ? "PgBouncer is not installed (no pgbouncer in /usr/sbin)" : null;

    private static string? Program => new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists);

    private string ConfigurationFile => _folder.File("pgbouncer.ini");

    /// <summary>Makes one and starts it.</summary>
    /// <param name="server">What it stands before.</param>
    /// <param name="poolSize">How many connections it keeps to a database.</param>
    public static async Task<PgBouncer> StartNewAsync(PostgresCluster server, int poolSize)
    {
        var pooler = new PgBouncer();
        try
        {
            await pooler.ConfigureAsync(server, poolSize);
            await pooler.StartAsync();
            return pooler;
        }
        catch
        {
            await pooler.DisposeAsync();
            throw;
        }
    }

    public async Task StartAsync()
    {
        // It does not run as root, and changes to another user by itself.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postgres"] : [];
        _process = Command.Start(Program ?? throw new InvalidOperationException(Missing), [.. user, ConfigurationFile], "/");
        await _process.WaitForOutputAsync("process up").WaitAsync(Patience);
    }

    /// <summary>Ends it at once; connections break.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
            _process = null;
        }
    }

    /// <summary>The way to a database through the pooler.</summary>
    /// <param name="direct">The URL without it.</param>
    public string UrlOf(string direct) => new UriBuilder(direct) { Host = "127.0.0.1", Port = _port }.ToString();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private async Task ConfigureAsync(PostgresCluster server, int poolSize)
    {
        // Older versions carry no prepared statements at all and do not know the setting.
        string version = await Command.RunAsync(Program ?? throw new InvalidOperationException(Missing), ["--version"], "/");
        bool canPrepare = Version.Parse(version.Split(' ', '\n')[1]) >= new Version(1, 21);
        await File.WriteAllTextAsync(
            ConfigurationFile,
            string.Create(CultureInfo.InvariantCulture, $"""
                [databases]
                * = host=127.0.0.1 port={server.Port} user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {_port}
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = {poolSize}
                server_login_retry = 1
                {(canPrepare ? "max_prepared_statements = 0" : "")}
                """));
        if (Environment.IsPrivilegedProcess)
        {
            await Command.RunAsync("chown", ["-R", "postgres", _folder.Path], "/");
        }
    }
}
