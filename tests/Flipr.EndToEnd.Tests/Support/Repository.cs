namespace Flipr.EndToEnd.Tests.Support;

/// <summary>Where the tests find what they run: the checkout, found by walking up from the test assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The program of a project, built in the configuration the tests were built in.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">The folder that it stands in, from the root.</param>
    public static string Program(string project, string folder = "")
    {
        // .../tests/Flipr.EndToEnd.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, folder, project, "bin", output.Parent!.Name, output.Name, project + ".dll");
    }

    /// <summary>Data that lies beside the checkout; the test is skipped where it does not.</summary>
    public static string SharedData(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Root, "..", "shared", "data", name));
        Assert.SkipUnless(File.Exists(path), $"../shared/data/{name} is not there");
        return path;
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Flipr.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run from within the checkout: Flipr.slnx was not found above them.");
    }
}
