using System.Text.RegularExpressions;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>The test frontend's own host, on a free port: another origin than the API's.</summary>
internal sealed partial class WebMockProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private WebMockProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts it in development.</summary>
    /// <param name="settings">Further variables of its environment.</param>
    public static async Task<WebMockProcess> StartAsync(params IEnumerable<(string Name, string Value)> settings)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = null,
            ["ASPNETCORE_URLS"] = null,
            ["ASPNETCORE_HTTP_PORTS"] = null,
            ["PAGE_BACKENDS"] = null,
            ["services__api__http__0"] = null,
            ["services__api__https__0"] = null,
        };
        foreach ((string name, string value) in settings)
        {
            environment[name] = value;
        }

        ChildProcess process = ChildProcess.Start("dotnet", [Repository.Program("Flipr.Web.Mock"), "--urls", "http://127.0.0.1:0"], environment);
        try
        {
            Match listening = await process.WaitForLineAsync(ListeningLine());
            return new WebMockProcess(process, new Uri(listening.Value));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    [GeneratedRegex(@"http://127\.0\.0\.1:[1-9]\d*")]
    private static partial Regex ListeningLine();
}
