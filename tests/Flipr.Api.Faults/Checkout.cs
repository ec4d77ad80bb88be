using System.Diagnostics;

namespace Flipr.Api.Faults;

/// <summary>Where the programs of this checkout are.</summary>
internal static class Checkout
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    public static string Root { get; } = FindRoot();

    /// <summary>The API, built in the configuration that this program was built in.</summary>
    public static string Api { get; } = Path.Combine(Root, "Flipr.Api", "bin", Output.Parent!.Name, Output.Name, "Flipr.Api.dll");

    /// <summary>The script with the clients.</summary>
    public static string Watchers { get; } = Path.Combine(Root, "tests", "Flipr.Api.Faults", "node", "watchers.mjs");

    /// <summary>Installs the real clients, once, by the lock file of the end-to-end tests.</summary>
    public static async Task InstallClientsAsync()
    {
        string folder = Path.Combine(Root, "tests", "Flipr.EndToEnd.Tests", "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "socket.io-client-4.8")))
        {
            using Process npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--silent"]) { WorkingDirectory = folder })!;
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm ci in {folder} ended with {npm.ExitCode}.");
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = Output;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Flipr.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Flipr.slnx was not found above this program.");
    }
}
