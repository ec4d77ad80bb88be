using System.Globalization;
using Npgsql;

namespace Flipr.AppHost.Tests;

/// <summary>PostgreSQL from the machine's own programs, without the rest of the app host.</summary>
public sealed class LocalPostgresTests : IDisposable
{
    private const string Ready = "ready to accept connections";

    private readonly TestFolder _home = new();
    private readonly int _port = Ports.Free();

    private string Data => _home.File("data");

    private string ProcessFile => Path.Combine(Data, "postmaster.pid");

    [Fact]
    public async Task It_ends_cleanly_also_while_a_client_is_connected_and_its_data_stay()
    {
        await using (Command first = Start())
        {
            await ReadyAsync(first);
            await using NpgsqlConnection client = await ConnectAsync("127.0.0.1");
            await using NpgsqlCommand create = new("CREATE TABLE kept (id INTEGER)", client);
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await StopAsync(first);
        }

        Assert.Equal("shut down", await PostgresPrograms.StateOfAsync(Data));
        Assert.False(File.Exists(ProcessFile));
        await using Command second = Start();
        await ReadyAsync(second);
        await using NpgsqlConnection again = await ConnectAsync("127.0.0.1");
        await using NpgsqlCommand count = new("SELECT count(*) FROM kept", again);
        Assert.Equal(0L, await count.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        await StopAsync(second);
    }

    [Fact]
    public async Task It_listens_on_the_loopback_alone_and_asks_for_the_password()
    {
        await using Command server = Start();
        await ReadyAsync(server);

        NpgsqlException elsewhere = await Assert.ThrowsAnyAsync<NpgsqlException>(() => ConnectAsync("127.0.0.2"));
        Assert.IsType<System.Net.Sockets.SocketException>(elsewhere.InnerException);
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => ConnectAsync("127.0.0.1", "wrong"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        await StopAsync(server);
    }

    [Fact]
    public async Task A_server_that_outlived_a_killed_run_gives_way_to_the_next()
    {
        await using (Command killed = Start())
        {
            await ReadyAsync(killed);
            await Command.RunAsync("kill", ["-KILL", killed.Id.ToString(CultureInfo.InvariantCulture)], "/");
            await Deadline.Until(() => Task.FromResult(killed.HasExited), ended => ended, _ => "the script to be gone");
        }

        await using Command next = Start();
        await ReadyAsync(next);
        Assert.Contains("left behind", next.Output, StringComparison.Ordinal);
        await StopAsync(next);
        Assert.Equal("shut down", await PostgresPrograms.StateOfAsync(Data));
    }

    [Fact]
    public async Task What_a_crash_left_behind_does_not_block_though_its_number_is_another_process_s_by_now()
    {
        await using (Command crashed = Start())
        {
            await ReadyAsync(crashed);
            await Command.RunAsync("kill", ["-KILL", ServerId(), crashed.Id.ToString(CultureInfo.InvariantCulture)], "/");
            await Deadline.Until(() => Task.FromResult(crashed.HasExited), ended => ended, _ => "the script to be gone");
        }

        // PostgreSQL takes any process of its own user for a server.
        string[] asItself = Environment.IsPrivilegedProcess ? ["--reuid=postgres", "--clear-groups", "sleep", "600"] : ["sleep", "600"];
        await using Command other = Command.Start("setpriv", asItself, "/");
        string[] lines = await File.ReadAllLinesAsync(ProcessFile, TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(ProcessFile, [other.Id.ToString(CultureInfo.InvariantCulture), .. lines[1..]], TestContext.Current.CancellationToken);

        await using Command next = Start();
        await ReadyAsync(next);
        Assert.False(other.HasExited);
        await StopAsync(next);
    }

    [Fact]
    public async Task A_second_app_host_on_the_same_data_is_told_so_and_the_first_goes_on()
    {
        await using Command first = Start();
        await ReadyAsync(first);
        await using Command second = Start();

        Assert.Equal(1, await second.WaitForExitAsync(TestContext.Current.CancellationToken).Within(() => "the second to end"));
        Assert.Contains("Another app host", Assert.Single(second.Output.Trim().Split('\n')), StringComparison.Ordinal);
        await using NpgsqlConnection client = await ConnectAsync("127.0.0.1");
        await StopAsync(first);
    }

    public void Dispose() => _home.Dispose();

    private Command Start()
    {
        PostgresPrograms.Require();
        Assert.SkipUnless(Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not where Debian puts it");
        File.WriteAllText(_home.File("password"), "s3cret");
        string programs = Path.Combine(Directory.EnumerateDirectories("/usr/lib/postgresql").Order().Last(), "bin");
        return Command.Start(
            "/bin/sh", [Path.Combine(Repository.Root, "Flipr.AppHost", "local-postgres.sh"), programs, _home.Path], "/",
            new Dictionary<string, string?> { ["PGPORT"] = _port.ToString(CultureInfo.InvariantCulture) });
    }

    private static Task ReadyAsync(Command server) =>
        server.WaitForOutputAsync(Ready, TestContext.Current.CancellationToken).Within(() => $"PostgreSQL. It printed:\n{server.Output}");

    private static async Task StopAsync(Command server) =>
        Assert.Equal(0, await server.TerminateAsync(TestContext.Current.CancellationToken).Within(() => $"PostgreSQL to end. It printed:\n{server.Output}"));

    private string ServerId() => File.ReadLines(ProcessFile).First();

    private async Task<NpgsqlConnection> ConnectAsync(string host, string password = "s3cret")
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder { Host = host, Port = _port, Username = "postgres", Password = password, Database = "flipr", Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
