using System.Globalization;

namespace Flipr.Web.Benchmarks;

/// <summary>The API with an SQLite database of its own.</summary>
internal sealed class Api : IAsyncDisposable
{
    private readonly TestFolder _home = new();
    private readonly Command _process;

    private Api(int port)
    {
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        _process = ApiProgram.Start(["--urls", Address.ToString()], _home.Path, new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["MAX_UPDATES_PER_MINUTE"] = "0",
            ["PORT"] = null,
            ["PRODUCTION"] = null,
            ["DATABASE_URL"] = null,
            ["FLIPR_API_KEY"] = null,
            ["ALLOWED_ORIGINS"] = null,
            ["ASPNETCORE_URLS"] = null,
        });
    }

    public Uri Address { get; }

    public static async Task<Api> StartAsync()
    {
        var api = new Api(Ports.Free());
        await api._process.WaitForOutputAsync("Flipr is at");
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _home.Dispose();
    }
}
