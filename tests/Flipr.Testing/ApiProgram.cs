namespace Flipr.Testing;

/// <summary>The API's program that tests run: the build's own, or the one that <c>FLIPR_API_PROGRAM</c> names, for example a published native binary.</summary>
public static class ApiProgram
{
    /// <summary>Where it is.</summary>
    public static string File { get; set; } = Environment.GetEnvironmentVariable("FLIPR_API_PROGRAM") is { Length: > 0 } given ? given : Repository.Program("Flipr.Api");

    /// <summary>Starts it.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="home">The folder that it keeps its files in.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
    public static Command Start(IEnumerable<string> arguments, string home, IReadOnlyDictionary<string, string?> environment)
    {
        arguments = [.. arguments, "--contentRoot", home];
        return File.EndsWith(".dll", StringComparison.Ordinal)
            ? Command.Start(Command.Dotnet, [File, .. arguments], home, environment)
            : Command.Start(File, arguments, home, environment);
    }
}
