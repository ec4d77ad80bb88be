namespace Flipr.Probe.Tests.Support;

/// <summary>Programs of the machine that some tests need. Where one is missing, its tests are skipped and say so.</summary>
internal static class Tools
{
    public static string Node => Require("node");

    public static string Npm => Require("npm");

    public static void RequireNginx() => Assert.SkipUnless(Nginx.Missing is null, Nginx.Missing ?? "");

    private static string Require(string name)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipUnless(path is not null, $"{name} is not installed");
        return path!;
    }
}
