using System.Globalization;
using Npgsql;

[assembly: AssemblyFixture(typeof(Flipr.Api.Tests.Infrastructure.PostgresServer))]

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A PostgreSQL of the tests' own, from the system's binaries, on a free port, with everything it writes in a temporary folder.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string InstallRoot = "/usr/lib/postgresql";

    private readonly string _folder = Directory.CreateTempSubdirectory("flipr-pg-").FullName;
    private readonly int _port = Ports.Free();
    private Func<string, Task>? _configure;
    private int _databases;

    /// <summary>One whose configuration the test completes: it gets the data folder before the server starts.</summary>
    internal static PostgresServer Configured(Func<string, Task> configure) => new() { _configure = configure };

    public int Port => _port;

    /// <summary>Why there is no server, or null.</summary>
    public string? Missing { get; private set; }

    private static string? Binaries => Directory.Exists(InstallRoot)
        ? Directory.EnumerateDirectories(InstallRoot).Select(version => Path.Combine(version, "bin")).LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
        : null;

    public async ValueTask InitializeAsync()
    {
        if (Binaries is null)
        {
            Missing = $"PostgreSQL is not installed (no binaries in {InstallRoot})";
            return;
        }

        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root: its own user, which the package made, takes over.
            await Command.RunAsync("chown", ["postgres", _folder], "/");
        }

        await RunAsync("initdb", "-D", Data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8");
        if (_configure is not null)
        {
            await _configure(Data);
            if (Environment.IsPrivilegedProcess)
            {
                await Command.RunAsync("chown", ["-R", "postgres", Data], "/");
            }
        }

        await StartAsync();
    }

    public Task StartAsync() => RunAsync(
        "pg_ctl", "-D", Data, "-w", "-l", LogFile,
        "-o", string.Create(CultureInfo.InvariantCulture, $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c fsync=off"),
        "start");

    /// <summary>Stops it at once, as a crash would; connections break.</summary>
    public Task StopAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-m", "immediate", "stop");

    /// <summary>The URL of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        Assert.SkipUnless(Missing is null, Missing ?? "");
        string name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync(Url("postgres"), $"CREATE DATABASE {name}");
        return Url(name);
    }

    /// <summary>Runs SQL as somebody else than Flipr.</summary>
    internal static async Task<object?> ExecuteAsync(string url, string sql)
    {
        await using var connection = new NpgsqlConnection($"{Flipr.Api.Database.DatabaseUrl.Parse(url).ConnectionString};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Missing is null && File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What the server has logged.</summary>
    public Task<string> ReadLogAsync() => File.ReadAllTextAsync(LogFile, TestContext.Current.CancellationToken);

    private string LogFile => Path.Combine(_folder, "log");

    private string Data => Path.Combine(_folder, "data");

    private string Url(string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{_port}/{database}");

    private Task<string> RunAsync(string program, params string[] arguments)
    {
        string path = Path.Combine(Binaries!, program);
        return Environment.IsPrivilegedProcess
            ? Command.RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments], _folder)
            : Command.RunAsync(path, arguments, _folder);
    }
}
