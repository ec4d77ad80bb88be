using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Flipr.Api.Faults;

/// <summary>Real Socket.IO clients in one Node process (node/watchers.mjs).</summary>
internal sealed class Watchers : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly int _count;

    private Watchers(Process process, int count)
    {
        _process = process;
        _count = count;
    }

    /// <summary>How many of them only poll.</summary>
    public int Polling => (_count + 4) / 5;

    /// <summary>Starts clients and waits until all are connected.</summary>
    /// <param name="count">How many.</param>
    /// <param name="certificateFile">A certificate that they trust; null for none but the usual.</param>
    /// <param name="addresses">Where to, in turn.</param>
    public static async Task<Watchers> StartAsync(int count, string? certificateFile, params Uri[] addresses)
    {
        var start = new ProcessStartInfo("node", [Clients.Script, count.ToString(CultureInfo.InvariantCulture), .. addresses.Select(address => address.ToString())])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (certificateFile is not null)
        {
            start.Environment["NODE_EXTRA_CA_CERTS"] = certificateFile;
        }

        var watchers = new Watchers(Process.Start(start)!, count);
        if (!await watchers.SettleAsync(null))
        {
            await watchers.DisposeAsync();
            throw new InvalidOperationException($"Not all of the {count} clients have connected within a minute.");
        }

        return watchers;
    }

    /// <summary>Waits until all are connected, have caught up, and know a cursor.</summary>
    /// <returns>Whether they did, within a minute.</returns>
    public Task<bool> SettleAsync(string? cursor) =>
        WaitAsync($"status {cursor}", status => status.GetProperty("connected").GetInt32() == _count && status.GetProperty("behind").GetInt32() == 0);

    /// <summary>From now on <see cref="WhenReconnectedAsync"/> counts.</summary>
    public Task MarkAsync() => AskAsync("mark");

    /// <summary>Waits until they have connected anew since the mark.</summary>
    /// <param name="onlyPolling">Whether to wait for those alone who poll.</param>
    /// <returns>Whether they did, within a minute.</returns>
    public Task<bool> WhenReconnectedAsync(bool onlyPolling) => WaitAsync(
        "status", status => status.GetProperty(onlyPolling ? "pollingReconnected" : "reconnected").GetInt32() == (onlyPolling ? Polling : _count));

    /// <summary>What they heard, next to what the log says.</summary>
    public async Task<Verdict> VerdictAsync(IReadOnlyList<LogEntry> log)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(log.Select(entry => new object?[] { entry.Cursor, entry.Type, entry.Id, entry.N })));
            return (await AskAsync($"verdict {file}")).Deserialize<Verdict>(JsonSerializerOptions.Web)!;
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> WaitAsync(string question, Func<JsonElement, bool> holds)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            if (holds(await AskAsync(question)))
            {
                return true;
            }

            await Task.Delay(50);
        }

        return false;
    }

    private async Task<JsonElement> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        string answer = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("Node ended.");
        return JsonElement.Parse(answer);
    }

    /// <summary>Sums over all clients.</summary>
    /// <param name="Delivered">Changes that they took.</param>
    /// <param name="Lost">Changes of the log that one of them did not hear of.</param>
    /// <param name="Duplicated">Changes that one of them took more than once.</param>
    /// <param name="OutOfOrder">Changes that one of them took after a later one.</param>
    /// <param name="Wrong">Changes that are not in the log, or say something else than the log.</param>
    /// <param name="Resets">How often one of them was told to load everything anew.</param>
    /// <param name="Twice">Changes that came to one of them twice on one connection.</param>
    internal sealed record Verdict(long Delivered, long Lost, long Duplicated, long OutOfOrder, long Wrong, long Resets, long Twice);
}
