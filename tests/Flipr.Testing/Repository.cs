namespace Flipr.Testing;

/// <summary>Where tests find what they run: the checkout, found by walking up from the running program.</summary>
public static class Repository
{
    /// <summary>The folder of <c>Flipr.slnx</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The program of a project, built in the configuration that the running program was built in.</summary>
    /// <param name="project">The project.</param>
    /// <param name="folder">The folder that it stands in, from the root.</param>
    public static string Program(string project, string folder = "")
    {
        // .../tests/Flipr.EndToEnd.Tests/bin/<configuration>/<framework>/
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Root, folder, project, "bin", output.Parent!.Name, output.Name, project + ".dll");
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Flipr.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("This must run from within the checkout: Flipr.slnx was not found above it.");
    }
}
