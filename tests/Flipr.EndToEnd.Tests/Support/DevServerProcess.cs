using System.Globalization;
using System.Text.RegularExpressions;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary><c>npm run dev</c>: the page from its sources, as somebody has it who works on it.</summary>
internal sealed partial class DevServerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private DevServerProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="api">The setting that names the API.</param>
    /// <param name="address">Where the API is.</param>
    public static async Task<DevServerProcess> StartAsync(string api, Uri address)
    {
        string port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        var environment = new Dictionary<string, string?> { ["services__api__http__0"] = null, ["services__api__https__0"] = null, ["API_URL"] = null, ["NO_COLOR"] = "1" };
        environment[api] = address.GetLeftPart(UriPartial.Authority);
        ChildProcess process = ChildProcess.Start(
            Tools.Npm, ["run", "dev", "--", "--host", "127.0.0.1", "--port", port, "--strictPort"], environment, Path.Combine(Repository.Root, "Flipr.Web.Mock"));
        try
        {
            Match listening = await process.WaitForLineAsync(ListeningLine());
            return new DevServerProcess(process, new Uri(listening.Value));
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
