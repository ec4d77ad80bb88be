namespace Flipr.Api.Tests.Infrastructure;

/// <summary>The built program as a process of its own, in a folder laid out like the project's.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    private static readonly string[] Unset =
    [
        .. ApiHost.SettingNames, "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS",
        "ASPNETCORE_CONTENTROOT", "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];

    private ApiProcess(Command command) => Command = command;

    public Command Command { get; }

    /// <summary>Starts the program with nothing set but what is given.</summary>
    /// <param name="home">The folder that stands for the project's.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">The command line.</param>
    public static ApiProcess Start(TestFolder home, IEnumerable<(string Name, string Value)> settings, params string[] arguments)
    {
        string program = Path.Combine(home.Path, "bin", "any");
        if (!Directory.Exists(program))
        {
            File.WriteAllText(home.File("Flipr.Api.csproj"), "");
            Directory.CreateDirectory(program);
            foreach (string file in Directory.EnumerateFiles(Built, "*", SearchOption.AllDirectories))
            {
                string target = Path.Combine(program, Path.GetRelativePath(Built, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }

        Dictionary<string, string?> environment = Unset.ToDictionary(name => name, _ => (string?)null);
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        // The working folder is neither the project's nor the program's.
        return new ApiProcess(Command.Start(Command.Dotnet, [Path.Combine(program, "Flipr.Api.dll"), .. arguments], Path.GetTempPath(), environment));
    }

    public ValueTask DisposeAsync() => Command.DisposeAsync();

    /// <summary>Where the build put the program: like this test, in a folder of the same configuration.</summary>
    private static string Built => Path.GetDirectoryName(Repository.Program("Flipr.Api"))!;
}
