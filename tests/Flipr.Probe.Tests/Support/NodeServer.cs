using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Flipr.Probe.Tests.Support;

/// <summary>A server of the real <c>socket.io</c> in Node (node/server.mjs), version 4 or 2.</summary>
internal sealed partial class NodeServer : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Flipr.Probe.Tests", "node");
    private static readonly Lazy<Task> Packages = new(InstallPackagesAsync);

    private readonly Command _process;

    private NodeServer(Command process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public string Authority => $"127.0.0.1:{Port}";

    /// <summary>Starts one and waits until it listens; skips the test where there is no Node.</summary>
    /// <param name="settings">See node/server.mjs.</param>
    public static async Task<NodeServer> StartAsync(object? settings = null)
    {
        string node = Tools.Node;
        await Packages.Value;
        var process = Command.Start(node, ["server.mjs", JsonSerializer.Serialize(settings ?? new { })], Folder);
        try
        {
            await process.WaitForOutputAsync("listening on ", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
            return new NodeServer(process, int.Parse(ListeningLine().Match(process.Output).Groups[1].Value, CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>They come from npm, by the lock file; once they are there, they stay until it changes.</summary>
    private static async Task InstallPackagesAsync()
    {
        string lockFile = await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json"));
        string installed = Path.Combine(Folder, "node_modules", ".installed");
        if (!File.Exists(installed) || await File.ReadAllTextAsync(installed) != lockFile)
        {
            await Command.RunAsync(Tools.Npm, ["ci"], Folder);
            await File.WriteAllTextAsync(installed, lockFile);
        }
    }

    [GeneratedRegex(@"listening on (\d+)\r?\n")]
    private static partial Regex ListeningLine();
}
