using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Flipr.Api.Faults;

/// <summary>The API as a process of its own.</summary>
internal sealed class ApiInstance : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _printed = new();
    private readonly TaskCompletionSource _listens = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ApiInstance(Process process, int port)
    {
        _process = process;
        Port = port;
        process.OutputDataReceived += (_, line) => OnLine(line.Data);
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        process.Exited += (_, _) => _listens.TrySetException(new InvalidOperationException($"The API ended before it listened:\n{Printed}"));
    }

    public int Port { get; }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>What it printed.</summary>
    public string Printed
    {
        get
        {
            lock (_printed)
            {
                return _printed.ToString();
            }
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ApiInstance> StartAsync(string home, int port, IFaultDatabase database)
    {
        var start = new ProcessStartInfo("dotnet", [Checkout.Api, "--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--contentRoot", home])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        foreach (string name in (string[])["PORT", "PRODUCTION", "FLIPR_API_KEY", "ALLOWED_ORIGINS", "ASPNETCORE_URLS", "OTEL_EXPORTER_OTLP_ENDPOINT"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["MAX_UPDATES_PER_MINUTE"] = "0";
        foreach ((string name, string? value) in database.Settings)
        {
            start.Environment[name] = value;
        }

        var api = new ApiInstance(new Process { StartInfo = start, EnableRaisingEvents = true }, port);
        api._process.Start();
        api._process.BeginOutputReadLine();
        api._process.BeginErrorReadLine();
        await api._listens.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return api;
    }

    /// <summary>Ends it without a warning, as a crash or a machine's end does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end, as a platform does on a deploy.</summary>
    /// <exception cref="InvalidOperationException">It did not end by itself within 30 s, or not with 0.</exception>
    public async Task TerminateAsync()
    {
        await Programs.RunAsync("kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The API ended with {_process.ExitCode} after SIGTERM:\n{Printed}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_printed)
        {
            _printed.AppendLine(line);
        }

        if (line.Contains("http://127.0.0.1:", StringComparison.Ordinal))
        {
            _listens.TrySetResult();
        }
    }
}
