using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Real <c>socket.io-client</c>s in one Node process (node/driver.mjs).</summary>
internal sealed class NodeClients : IAsyncDisposable
{
    /// <summary>Where the driver is, and the packages beside it once a process has been started.</summary>
    public static readonly string Folder = Path.Combine(Repository.Root, "tests", "Flipr.EndToEnd.Tests", "node");

    private static readonly Lazy<Task> Packages = new(InstallPackagesAsync);

    private readonly ChildProcess _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _calls = new();
    private readonly ConcurrentDictionary<string, NodeClient> _clients = new();
    private readonly SemaphoreSlim _writing = new(1);
    private int _lastCall;

    private NodeClients(string node) =>
        _process = ChildProcess.Start(node, ["driver.mjs"], workingDirectory: Folder, onLine: OnLine);

    /// <summary>Starts the Node process; skips the test where there is no Node.</summary>
    public static async Task<NodeClients> StartAsync()
    {
        string node = Tools.Node;
        await Packages.Value.Within(() => "npm ci", TimeSpan.FromMinutes(2));
        return new NodeClients(node);
    }

    /// <summary>Opens a client and waits until it is connected.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="version"><c>4.6</c> or <c>4.8</c>.</param>
    /// <param name="options">The options of <c>io()</c>.</param>
    public async Task<NodeClient> ConnectAsync(Uri url, string version = "4.8", object? options = null)
    {
        NodeClient client = await OpenAsync(url, version, options);
        await client.WaitForAsync(":connect");
        return client;
    }

    /// <summary>Opens a client; it connects by itself.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="version"><c>4.6</c> or <c>4.8</c>.</param>
    /// <param name="options">The options of <c>io()</c>.</param>
    /// <param name="tally">Whether what it receives is only counted, see <see cref="TallyAsync"/>.</param>
    /// <param name="page">Whether it does with each listing what Flipr's frontend does, and tells <c>:shown</c> or <c>:blank</c>.</param>
    public async Task<NodeClient> OpenAsync(Uri url, string version = "4.8", object? options = null, bool tally = false, bool page = false)
    {
        string name = $"client-{_clients.Count + 1}";
        var client = new NodeClient(this, name);
        _clients[name] = client;
        await CallAsync(new { @do = "open", client = name, version, url = url.ToString(), options = options ?? new { }, tally, page });
        return client;
    }

    /// <summary>What the counting clients received so far of an event, next to the ids they should have received once.</summary>
    public async Task<Tally[]> TallyAsync(string eventName, IEnumerable<string> expected) =>
        (await CallAsync(new { @do = "tally", @event = eventName, expected })).Deserialize<Tally[]>(JsonSerializerOptions.Web)!;

    /// <summary>How the clients' connections went, for a failure message.</summary>
    public string Connections => string.Join('\n', _clients.OrderBy(client => client.Key).Select(client => $"{client.Key}: {client.Value.Received.ReplaceLineEndings(", ")}"));

    /// <summary>Runs one command of the driver.</summary>
    public async Task<JsonElement> CallAsync(object command)
    {
        int id = Interlocked.Increment(ref _lastCall);
        var reply = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = reply;
        JsonObject line = JsonSerializer.SerializeToNode(command)!.AsObject();
        line["id"] = id;
        await _writing.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await _process.Input.WriteLineAsync(line.ToJsonString().AsMemory(), TestContext.Current.CancellationToken);
            await _process.Input.FlushAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            _writing.Release();
        }

        return await reply.Task.Within(() => $"Node's reply to {line.ToJsonString()}. Node printed:\n{_process.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _writing.Dispose();
    }

    private void OnLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement message = document.RootElement.Clone();
        if (!message.TryGetProperty("reply", out JsonElement id))
        {
            _clients[message.GetProperty("client").GetString()!].OnEvent(message);
        }
        else if (_calls.TryRemove(id.GetInt32(), out TaskCompletionSource<JsonElement>? call))
        {
            if (message.TryGetProperty("error", out JsonElement error))
            {
                call.SetException(new InvalidOperationException(error.GetString()));
            }
            else
            {
                call.SetResult(message.GetProperty("result"));
            }
        }
    }

    /// <summary>The clients come from npm, by the lock file; once they are there, they stay until it changes.</summary>
    private static async Task InstallPackagesAsync()
    {
        string lockFile = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
        string installed = Path.Combine(Folder, "node_modules", ".installed");
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed) == lockFile)
        {
            return;
        }

        using var npm = Process.Start(new ProcessStartInfo(Tools.Npm, ["ci"]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        string errors = await npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        Assert.True(npm.ExitCode == 0, $"npm ci failed:\n{await output}{errors}");
        await File.WriteAllTextAsync(installed, lockFile);
    }

    /// <summary>What one counting client received.</summary>
    /// <param name="Client">Its name.</param>
    /// <param name="Received">How many events in all.</param>
    /// <param name="Missing">How many of the expected ids never came.</param>
    /// <param name="Repeated">How many ids came more than once.</param>
    internal sealed record Tally(string Client, int Received, int Missing, int Repeated);
}
