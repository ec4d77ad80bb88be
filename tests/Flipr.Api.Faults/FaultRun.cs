using System.Net;

namespace Flipr.Api.Faults;

/// <summary>One run of one fault: instances, clients and collectors, and what came of it.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("flipr-faults-").FullName;
    private readonly List<ApiInstance> _instances = [];
    private readonly Fault _fault;
    private readonly PostgresCluster _postgres;
    private readonly IFaultDatabase _database;
    private Gateway? _gateway;
    private RenderProxy? _nginx;
    private Watchers? _watchers;

    private FaultRun(Fault fault, PostgresCluster postgres, string? url)
    {
        _fault = fault;
        _postgres = postgres;
        _database = url is null ? new SqliteFaultDatabase(_home) : new PostgresFaultDatabase(url);
    }

    /// <summary>Runs the fault once.</summary>
    public static async Task<Outcome> RunAsync(Fault fault, PostgresCluster postgres, int changes, int clients)
    {
        await using var run = new FaultRun(fault, postgres, fault.UsesPostgres ? await postgres.CreateDatabaseAsync() : null);
        return await run.RunAsync(changes, clients);
    }

    public async Task KillAndRestartAsync(int instance)
    {
        await _instances[instance].KillAsync();
        await RestartAsync(instance);
    }

    public async Task TerminateAndRestartAsync(int instance)
    {
        await _instances[instance].TerminateAsync();
        await RestartAsync(instance);
    }

    /// <summary>The next instance starts beside the old one, new connections go there, then the old one is asked to end.</summary>
    public async Task RollAsync()
    {
        ApiInstance next = await ApiInstance.StartAsync(_home, Ports.Free(), _database);
        _instances.Add(next);
        _gateway!.SwitchTo(next.Port);
        await _instances[0].TerminateAsync();
    }

    /// <summary>
    /// The same behind nginx, which leads every new request to the new instance: the sessions of those who poll are unknown there, and they come back with new ones.
    /// WebSockets stay with the old instance until it is asked to end; then they come back too.
    /// </summary>
    public async Task RollBehindNginxAsync()
    {
        ApiInstance next = await ApiInstance.StartAsync(_home, Ports.Free(), _database);
        _instances.Add(next);
        await _watchers!.MarkAsync();
        await _nginx!.SwitchToAsync(next.Port);
        if (!await _watchers.WhenReconnectedAsync(onlyPolling: true))
        {
            throw new InvalidOperationException("Who polled has not come back within a minute.");
        }

        await _instances[0].TerminateAsync();
        if (!await _watchers.WhenReconnectedAsync(onlyPolling: false))
        {
            throw new InvalidOperationException("Not everybody has come back within a minute.");
        }

        string instance = next.Address.Authority;
        // A request that met a connection at its end has brought some back without an answer.
        int unknown = _nginx.Answers.Count(answer => answer.Status == "400" && answer.Instance == instance && answer.Path.Contains("&sid=", StringComparison.Ordinal));
        if (unknown < _watchers.Polling)
        {
            throw new InvalidOperationException($"{unknown} polling requests were told that their session is unknown, of {_watchers.Polling} clients that poll.");
        }
    }

    public async Task RestartPostgresAsync(string mode)
    {
        await _postgres.StopAsync(mode);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await _postgres.StartAsync();
    }

    public async Task CutConnectionsAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            await _database.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }

    public Task LockSqliteAsync(TimeSpan time) => ((SqliteFaultDatabase)_database).LockAsync(time);

    public Task WriteByHandAsync() => Parallel.ForAsync(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) => await _database.ExecuteAsync($"""
        BEGIN;
        INSERT INTO properties (id, property_data) VALUES ('by hand {i}', jsonb_build_object('n', {i}));
        UPDATE properties SET property_data = jsonb_build_object('n', {i} + 1000) WHERE id = 'by hand {i / 4}';
        SELECT pg_sleep(0.05);
        DELETE FROM properties WHERE id = 'by hand {i - 8}';
        COMMIT
        """));

    public async ValueTask DisposeAsync()
    {
        foreach (ApiInstance instance in _instances)
        {
            await instance.DisposeAsync();
        }

        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        Directory.Delete(_home, recursive: true);
    }

    private async Task<Outcome> RunAsync(int changes, int clients)
    {
        for (int i = 0; i < _fault.Instances; i++)
        {
            _instances.Add(await ApiInstance.StartAsync(_home, Ports.Free(), _database));
        }

        Uri[] addresses = await OpenEntranceAsync();
        await using Watchers watchers = _watchers = await Watchers.StartAsync(clients, _nginx?.CertificateFile, addresses);
        using var collectors = new Collectors(addresses, _nginx?.NewHandler());

        Task load = collectors.RunAsync(changes);
        await collectors.WhenAsync(changes / 4);
        Task fault = _fault.InjectAsync(this);
        if (_fault.Entrance == Entrance.Nginx)
        {
            await load;
            await collectors.TrickleUntilAsync(fault); // Who polls comes to the new instance with its next request, and that comes with the next listing.
        }

        await fault;
        await load;

        IReadOnlyList<LogEntry> log = await _database.ReadLogAsync();
        bool hasSettled = await watchers.SettleAsync(log[^1].Cursor);
        Watchers.Verdict verdict = await watchers.VerdictAsync(log);
        var stored = log.Select(entry => (entry.Id, entry.N)).ToHashSet();
        int forgotten = collectors.Accepted.Count(accepted => accepted.N is not null && !stored.Contains((accepted.Id, accepted.N)));
        string? problem = !hasSettled ? $"the clients have not caught up within a minute; the API printed:\n{string.Join('\n', _instances.Select(instance => instance.Printed))}"
            : verdict.Wrong > 0 ? $"{verdict.Wrong} changes were not as the log has them"
            : verdict.Resets > 0 ? $"{verdict.Resets} clients were told to load everything anew"
            : null;
        return new Outcome(
            collectors.Accepted.Count, collectors.Refused, log.Count, verdict.Delivered, (long)forgotten * clients + verdict.Lost, verdict.Duplicated, verdict.OutOfOrder, verdict.Twice, problem);
    }

    private async Task<Uri[]> OpenEntranceAsync()
    {
        switch (_fault.Entrance)
        {
            case Entrance.Gateway:
                _gateway = new Gateway(_instances[0].Port);
                return [new UriBuilder(_instances[0].Address) { Port = _gateway.Port }.Uri];
            case Entrance.Nginx:
                _nginx = await RenderProxy.StartNewAsync(IPAddress.Loopback, IPAddress.Loopback, IPAddress.Loopback, _instances[0].Port);
                return [_nginx.Address];
            default:
                return [.. _instances.Select(instance => instance.Address)];
        }
    }

    private async Task RestartAsync(int instance)
    {
        int port = _instances[instance].Port;
        await _instances[instance].DisposeAsync();
        _instances[instance] = await ApiInstance.StartAsync(_home, port, _database);
    }
}
