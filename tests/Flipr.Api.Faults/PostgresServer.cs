using System.Globalization;
using Npgsql;

namespace Flipr.Api.Faults;

/// <summary>A PostgreSQL of this program's own, from the system's binaries, in a temporary folder; writes are synced as in production.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("flipr-faults-pg-").FullName;
    private int _databases;

    public int Port { get; } = Ports.Free();

    private string Data => Path.Combine(_folder, "data");

    private static string Binaries { get; } = Directory.EnumerateDirectories("/usr/lib/postgresql").Order().Last() + "/bin";

    public static async Task<PostgresServer> StartNewAsync()
    {
        var server = new PostgresServer();
        if (Environment.IsPrivilegedProcess)
        {
            // PostgreSQL refuses to run as root: its own user, which the package made, takes over.
            await Programs.RunAsync("chown", "postgres", server._folder);
        }

        await RunAsync("initdb", "-D", server.Data, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8");
        await server.StartAsync();
        return server;
    }

    public Task StartAsync() => RunAsync(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"),
        "-o", string.Create(CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=300"), "start");

    /// <summary>Stops it.</summary>
    /// <param name="mode"><c>fast</c> ends the connections properly, <c>immediate</c> is a crash.</param>
    public Task StopAsync(string mode) => RunAsync("pg_ctl", "-D", Data, "-w", "-m", mode, "stop");

    /// <summary>The name of a new, empty database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"run_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    /// <summary>The URL of a database, of this server or of a pooler before it.</summary>
    public static string Url(int port, string database) => string.Create(CultureInfo.InvariantCulture, $"postgres://postgres@127.0.0.1:{port}/{database}");

    public string ConnectionString(string database) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database};Pooling=false");

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync("immediate");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static Task RunAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Programs.RunAsync("runuser", ["-u", "postgres", "--", Path.Combine(Binaries, program), .. arguments])
        : Programs.RunAsync(Path.Combine(Binaries, program), arguments);
}
