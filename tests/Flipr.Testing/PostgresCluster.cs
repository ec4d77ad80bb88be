using System.Globalization;
using Npgsql;

namespace Flipr.Testing;

/// <summary>A PostgreSQL server of its own, from the system's binaries, on a free port, with everything it writes in a temporary folder.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string InstallRoot = "/usr/lib/postgresql";

    private readonly TestFolder _folder = new();
    private readonly bool _isSynced;
    private int _databases;

    private PostgresCluster(bool isSynced) => _isSynced = isSynced;

    /// <summary>Why there can be no server, or null.</summary>
    public static string? Missing { get; } = Binaries is null ? $"PostgreSQL is not installed (no binaries in {InstallRoot})" : null;

    public int Port { get; } = Ports.Free();

    private static string? Binaries => Directory.Exists(InstallRoot)
        ? Directory.EnumerateDirectories(InstallRoot).Order().Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
        : null;

    private string Data => _folder.File("data");

    private string LogFile => _folder.File("log");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="isSynced">Whether writes are synced, as in production; else it is faster.</param>
    /// <param name="configure">Completes the configuration: gets the data folder before the server starts.</param>
    public static async Task<PostgresCluster> StartNewAsync(bool isSynced, Func<string, Task>? configure = null)
    {
        var cluster = new PostgresCluster(isSynced);
        try
        {
            await cluster.InitializeAsync(configure);
            await cluster.StartAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Task StartAsync() => RunAsync(
        "pg_ctl", "-D", Data, "-w", "-l", LogFile,
        "-o", string.Create(
            CultureInfo.InvariantCulture,
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder.Path} -c max_connections=300 -c fsync={(_isSynced ? "on" : "off")}"),
        "start");

    /// <summary>Stops it.</summary>
    /// <param name="mode"><c>fast</c> ends the connections properly, <c>immediate</c> is a crash.</param>
    public Task StopAsync(string mode) => RunAsync("pg_ctl", "-D", Data, "-w", "-m", mode, "stop");

    /// <summary>The URL of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(Url("postgres"), $"CREATE DATABASE {name}");
        return Url(name);
    }

    /// <summary>How the driver connects to what <see cref="CreateDatabaseAsync"/> made, each time anew.</summary>
    public static string ConnectionString(string url)
    {
        var parts = new Uri(url);
        return new NpgsqlConnectionStringBuilder
        {
            Host = parts.Host,
            Port = parts.Port,
            Username = parts.UserInfo,
            Database = parts.AbsolutePath.TrimStart('/'),
            Pooling = false,
        }.ConnectionString;
    }

    /// <summary>Runs SQL, one statement or several, and returns the first value.</summary>
    public static async Task<object?> ExecuteAsync(string url, string sql, CancellationToken cancellationToken = default)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(url));
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        object? first = await reader.ReadAsync(cancellationToken) ? reader.GetValue(0) : null;
        while (await reader.NextResultAsync(cancellationToken))
        {
            // An error of a later statement comes with its result.
        }

        return first;
    }

    /// <summary>What the server has logged.</summary>
    public Task<string> ReadLogAsync(CancellationToken cancellationToken = default) => File.ReadAllTextAsync(LogFile, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync("immediate");
        }

        _folder.Dispose();
    }

    private async Task InitializeAsync(Func<string, Task>? configure)
    {
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root: its own user, which the package made, takes over.
            await Command.RunAsync("chown", ["postgres", _folder.Path], "/");
        }

        string[] sync = _isSynced ? [] : ["--no-sync"];
        await RunAsync("initdb", ["-D", Data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", .. sync]);
        if (configure is not null)
        {
            await configure(Data);
            if (Environment.IsPrivilegedProcess)
            {
                await Command.RunAsync("chown", ["-R", "postgres", Data], "/");
            }
        }
    }

    private string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{Port}/{database}");

    private Task<string> RunAsync(string program, params string[] arguments)
    {
        string path = Path.Combine(Binaries ?? throw new InvalidOperationException(Missing), program);
        return Environment.IsPrivilegedProcess
            ? Command.RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments], _folder.Path)
            : Command.RunAsync(path, arguments, _folder.Path);
    }
}
