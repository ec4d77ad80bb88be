namespace Flipr.Api.Faults;

/// <summary>The real clients.</summary>
internal static class Clients
{
    /// <summary>The script with the clients.</summary>
    public static string Script { get; } = Path.Combine(Repository.Root, "tests", "Flipr.Api.Faults", "node", "watchers.mjs");

    /// <summary>Installs the real clients, once, by the lock file of the end-to-end tests.</summary>
    public static async Task InstallAsync()
    {
        string folder = Path.Combine(Repository.Root, "tests", "Flipr.EndToEnd.Tests", "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "socket.io-client-4.8")))
        {
            await Command.RunAsync("npm", ["ci", "--silent"], folder);
        }
    }
}
