using System.Globalization;

namespace Flipr.Api.Faults;

/// <summary>The API as a process of its own.</summary>
internal sealed class ApiInstance : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Command _process;

    private ApiInstance(Command process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public Uri Address => new(AddressOf(Port));

    /// <summary>What it printed.</summary>
    public string Printed => _process.Output;

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ApiInstance> StartAsync(string home, int port, IFaultDatabase database)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["MAX_UPDATES_PER_MINUTE"] = "0",
        };
        foreach (string name in (string[])["PORT", "PRODUCTION", "FLIPR_API_KEY", "ALLOWED_ORIGINS", "ASPNETCORE_URLS", "OTEL_EXPORTER_OTLP_ENDPOINT"])
        {
            environment[name] = null;
        }

        foreach ((string name, string? value) in database.Settings)
        {
            environment[name] = value;
        }

        var api = new ApiInstance(ApiProgram.Start(["--urls", AddressOf(port)], home, environment), port);
        try
        {
            await api._process.WaitForOutputAsync("http://127.0.0.1:").WaitAsync(Patience);
            return api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a warning, as a crash or a machine's end does.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Asks it to end, as a platform does on a deploy.</summary>
    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    /// <exception cref="TimeoutException">It did not end by itself within 30 s.</exception>
    public async Task TerminateAsync()
    {
        int exitCode = await _process.TerminateAsync().WaitAsync(Patience);
        if (exitCode != 0)
        {
            throw new InvalidOperationException($"The API ended with {exitCode} after SIGTERM:\n{Printed}");
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string AddressOf(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
