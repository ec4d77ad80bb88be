using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The API as a user runs it: a process of its own on a free port of the loopback, with an SQLite file of its own.</summary>
public sealed partial class ApiProcess : IAsyncDisposable
{
    private readonly DirectoryInfo _home;
    private readonly bool _ownsHome;
    private readonly ChildProcess _process;
    private readonly string _program;

    private ApiProcess(ChildProcess process, Uri address, DirectoryInfo home, bool ownsHome, string program)
    {
        _process = process;
        _program = program;
        _home = home;
        _ownsHome = ownsHome;
        Http = new HttpClient { BaseAddress = address };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => Http.BaseAddress!;

    /// <summary>A client of its HTTP routes.</summary>
    public HttpClient Http { get; }

    /// <summary>What it printed last.</summary>
    public string Output => _process.Output;

    /// <summary>Starts it as it was built and waits until it serves.</summary>
    public static Task<ApiProcess> StartAsync() => StartAsync(Repository.Program("Flipr.Api"));

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="program">The program: native, or a <c>.dll</c>.</param>
    public static Task<ApiProcess> StartAsync(string program) => StartAsync(NewHome(), port: 0, ownsHome: true, program);

    /// <summary>Starts a copy of it that has no test frontend, as built on a machine without Node.</summary>
    public static Task<ApiProcess> StartWithoutFrontendAsync()
    {
        DirectoryInfo home = NewHome();
        string program = Repository.Program("Flipr.Api");
        string output = Path.GetDirectoryName(program)!;
        string copy = Path.Combine(home.FullName, "program");
        foreach (string file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(output, file);
            if (!path.StartsWith("frontend", StringComparison.Ordinal))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, path))!);
                File.Copy(file, Path.Combine(copy, path));
            }
        }

        return StartAsync(home, port: 0, ownsHome: true, Path.Combine(copy, Path.GetFileName(program)));
    }

    /// <summary>Starts it with settings in the file for them, <c>.env</c>.</summary>
    public static async Task<ApiProcess> StartWithSettingsAsync(params string[] settings)
    {
        DirectoryInfo home = NewHome();
        await File.WriteAllLinesAsync(Path.Combine(home.FullName, ".env"), settings, TestContext.Current.CancellationToken);
        return await StartAsync(home, port: 0, ownsHome: true, Repository.Program("Flipr.Api"));
    }

    /// <summary>Deletes its database, once it has ended.</summary>
    public void DeleteDatabase()
    {
        foreach (FileInfo file in _home.EnumerateFiles("properties.db*"))
        {
            file.Delete();
        }
    }

    /// <summary>Starts the next process on the same port with the same database, once this one has ended.</summary>
    public Task<ApiProcess> StartNextAsync() => StartAsync(_home, Address.Port, ownsHome: false, _program);

    /// <summary>Ends it as a platform does, and waits until it has ended.</summary>
    public Task<int> StopAsync() => _process.StopAsync();

    /// <summary>Ends it as a crash does.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Posts one listing and returns the id it was given.</summary>
    public async Task<string> PostAsync(JsonNode listing)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync("/update", listing, TestContext.Current.CancellationToken);
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"POST /update answered {(int)response.StatusCode}: {body}");
        using var answer = JsonDocument.Parse(body);
        Assert.Equal("success", answer.RootElement.GetProperty("status").GetString());
        return answer.RootElement.GetProperty("id").GetString()!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
        if (_ownsHome)
        {
            _home.Delete(recursive: true);
        }
    }

    private static DirectoryInfo NewHome() => Directory.CreateTempSubdirectory("flipr-test-");

    private static async Task<ApiProcess> StartAsync(DirectoryInfo home, int port, bool ownsHome, string program)
    {
        string urls = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        string[] arguments = ["--urls", urls, "--contentRoot", home.FullName];
        ChildProcess process = program.EndsWith(".dll", StringComparison.Ordinal)
            ? ChildProcess.Start("dotnet", [program, .. arguments], Environment)
            : ChildProcess.Start(program, arguments, Environment);
        try
        {
            Match listening = await process.WaitForLineAsync(ListeningLine());
            return new ApiProcess(process, new Uri(listening.Value), home, ownsHome, program);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Development, and nothing that the machine's own environment says about Flipr.</summary>
    private static readonly Dictionary<string, string?> Environment = new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DOTNET_ENVIRONMENT"] = null,
        ["ASPNETCORE_URLS"] = null,
        ["ASPNETCORE_HTTP_PORTS"] = null,
        ["PORT"] = null,
        ["PRODUCTION"] = null,
        ["DATABASE_URL"] = null,
        ["FLIPR_API_KEY"] = null,
        ["ALLOWED_ORIGINS"] = null,
        ["PAGE_BACKENDS"] = null,
    };

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9]\d*")]
    private static partial Regex ListeningLine();
}
