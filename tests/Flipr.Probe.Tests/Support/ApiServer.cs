using System.Text.RegularExpressions;

namespace Flipr.Probe.Tests.Support;

/// <summary>Flipr's backend, as a process of its own.</summary>
internal sealed partial class ApiServer : IAsyncDisposable
{
    private readonly TestFolder _home;
    private readonly Command _process;

    private ApiServer(TestFolder home, Command process, string authority)
    {
        _home = home;
        _process = process;
        Authority = authority;
    }

    public string Authority { get; }

    /// <summary>Starts it with an SQLite file of its own and waits until it serves. Every origin is allowed: it is in development.</summary>
    public static async Task<ApiServer> StartAsync()
    {
        var home = new TestFolder();
        var process = ApiProgram.Start(["--urls", "http://127.0.0.1:0"], home.Path, new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["ASPNETCORE_HTTP_PORTS"] = null,
            ["PORT"] = null,
            ["DATABASE_URL"] = null,
            ["ALLOWED_ORIGINS"] = null,
            ["FLIPR_API_KEY"] = null,
            ["PRODUCTION"] = null,
        });
        try
        {
            await process.WaitForOutputAsync("Flipr is at http://", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
            return new ApiServer(home, process, ListeningLine().Match(process.Output).Groups[1].Value);
        }
        catch
        {
            await process.DisposeAsync();
            home.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _home.Dispose();
    }

    [GeneratedRegex(@"http://(127\.0\.0\.1:[1-9]\d*)")]
    private static partial Regex ListeningLine();
}
