using System.Globalization;
using Flipr.Api.Database;
using Npgsql;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A PgBouncer in transaction mode, with few server connections, in front of a test's PostgreSQL.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly int _port = Ports.Free();
    private Command? _process;

    private PgBouncer()
    {
    }

    private static string? Program => new[] { "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer" }.FirstOrDefault(File.Exists);

    public static async Task<PgBouncer> StartAsync(PostgresServer server)
    {
        Assert.SkipUnless(server.Missing is null, server.Missing ?? "");
        Assert.SkipUnless(Program is not null, "PgBouncer is not installed (no pgbouncer in /usr/sbin)");
        var pooler = new PgBouncer();
        await pooler.ConfigureAsync(server);
        await pooler.StartAsync();
        return pooler;
    }

    public async Task StartAsync()
    {
        // It does not run as root, and changes to another user by itself.
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "postgres"] : [];
        _process = Command.Start(Program!, [.. user, ConfigurationFile], "/");
        await _process.WaitForOutputAsync("process up");
    }

    /// <summary>Ends it at once; connections break.</summary>
    public async Task StopAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    /// <summary>The way to a database through the pooler.</summary>
    public string UrlOf(string direct)
    {
        NpgsqlConnectionStringBuilder connection = DatabaseUrl.Parse(direct);
        return string.Create(CultureInfo.InvariantCulture, $"postgres://{connection.Username}@127.0.0.1:{_port}/{connection.Database}");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private string ConfigurationFile => _folder.File("pgbouncer.ini");

    private async Task ConfigureAsync(PostgresServer server)
    {
        // Older versions carry no prepared statements at all and do not know the setting.
        string version = await Command.RunAsync(Program!, ["--version"], "/");
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
                default_pool_size = 2
                server_login_retry = 1
                {(canPrepare ? "max_prepared_statements = 0" : "")}
                """),
            TestContext.Current.CancellationToken);
        if (Environment.IsPrivilegedProcess)
        {
            await Command.RunAsync("chown", ["-R", "postgres", _folder.Path], "/");
        }
    }
}
