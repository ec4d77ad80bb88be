namespace Flipr.Testing;

/// <summary>The API as it is deployed: made by the command that the Dockerfile and the docs have.</summary>
public static class PublishedProgram
{
    /// <summary>The command, but for the folder.</summary>
    private static readonly string[] Publish = ["publish", "Flipr.Api", "-c", "Release", "-o"];

    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    /// <summary>Why this machine cannot make it, or null.</summary>
    public static string? Missing { get; } =
        !IsOnPath("clang") ? "clang is not installed: native code cannot be linked"
        : !File.Exists("/usr/include/zlib.h") ? "zlib1g-dev is not installed: native code cannot be linked"
        : !IsOnPath("node") ? "node is not installed: the page cannot be built"
        : null;

    /// <summary>The program, published once a run.</summary>
    public static Task<string> PathAsync() => Published.Value;

    private static async Task<string> PublishAsync()
    {
        string folder = Path.Combine(Repository.Root, "artifacts", "publish");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true); // A publish leaves what an earlier one has put there.
        }

        var environment = new Dictionary<string, string?>
        {
            // Build servers that stayed behind would hold the command's output open.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        await using Command command = Command.Start(Command.Dotnet, [.. Publish, folder], Repository.Root, environment);
        int exitCode = await command.WaitForExitAsync();
        return exitCode == 0
            ? Path.Combine(folder, "Flipr.Api")
            : throw new InvalidOperationException($"dotnet {string.Join(' ', Publish)} {folder} failed:\n{command.Output}");
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
}
