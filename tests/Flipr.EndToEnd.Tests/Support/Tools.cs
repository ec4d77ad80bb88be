using System.Diagnostics;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Programs of the machine that some tests need. Where one is missing, its tests are skipped and say so.</summary>
internal static class Tools
{
    private static readonly Version OldestNode = new(20, 19);
    private static readonly Lazy<Version?> NodeVersion = new(ReadNodeVersion);

    public static string Node
    {
        get
        {
            string node = Require("node", "node");
            Assert.SkipUnless(NodeVersion.Value >= OldestNode, $"node is {NodeVersion.Value}, {OldestNode} or newer is needed");
            return node;
        }
    }

    public static string Npm => Require("npm", "npm");

    public static string Browser => Require("chromium", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private static string Require(string tool, params ReadOnlySpan<string> names)
    {
        string? path = null;
        foreach (string name in names)
        {
            path ??= Find(name);
        }

        Assert.SkipUnless(path is not null, $"{tool} is not installed");
        return path!;
    }

    private static Version? ReadNodeVersion()
    {
        using var node = Process.Start(new ProcessStartInfo(Find("node")!, ["--version"]) { RedirectStandardOutput = true })!;
        return Version.TryParse(node.StandardOutput.ReadToEnd().Trim().TrimStart('v'), out Version? version) ? version : null;
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => (string[])[Path.Combine(folder, name), Path.Combine(folder, name + ".exe"), Path.Combine(folder, name + ".cmd")])
            .FirstOrDefault(path => File.Exists(path) && (OperatingSystem.IsWindows() == Path.HasExtension(path)));
}
