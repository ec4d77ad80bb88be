using System.Globalization;

namespace Flipr.AppHost.Tests;

/// <summary>PostgreSQL's programs of this machine.</summary>
internal static class PostgresPrograms
{
    /// <summary>Skips the test where there are none.</summary>
    public static void Require() => Assert.SkipUnless(PostgresCluster.Missing is null, PostgresCluster.Missing ?? "");

    /// <summary>How a server on these data ended, in <c>pg_controldata</c>'s words.</summary>
    public static async Task<string> StateOfAsync(string data)
    {
        string folder = Directory.EnumerateDirectories("/usr/lib/postgresql")
            .OrderByDescending(version => int.TryParse(Path.GetFileName(version), CultureInfo.InvariantCulture, out int number) ? number : 0).First();
        string output = await Command.RunAsync(Path.Combine(folder, "bin", "pg_controldata"), [data], "/");
        return output.Split('\n').Single(line => line.StartsWith("Database cluster state:", StringComparison.Ordinal)).Split(':', 2)[1].Trim();
    }
}
