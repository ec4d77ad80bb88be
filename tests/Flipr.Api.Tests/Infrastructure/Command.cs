using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Flipr.Api.Tests.Infrastructure;

/// <summary>A program that the test started and ends, by its id.</summary>
internal sealed class Command : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly SemaphoreSlim _changed = new(0);

    private Command(Process process) => _process = process;

    public static string Dotnet => Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";

    public bool HasExited => _process.HasExited;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static Command Start(string program, IEnumerable<string> arguments, string workingFolder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            if (value is null)
            {
                start.Environment.Remove(name);
            }
            else
            {
                start.Environment[name] = value;
            }
        }

        var command = new Command(new Process { StartInfo = start });
        command._process.OutputDataReceived += (_, line) => command.Add(line.Data);
        command._process.ErrorDataReceived += (_, line) => command.Add(line.Data);
        command._process.Start();
        command._process.BeginOutputReadLine();
        command._process.BeginErrorReadLine();
        return command;
    }

    /// <summary>Runs a program to its end and returns its output.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string workingFolder)
    {
        await using Command command = Start(program, arguments, workingFolder);
        int exitCode = await command.WaitForExitAsync();
        return exitCode == 0 ? command.Output : throw new InvalidOperationException($"{program} ended with {exitCode.ToString(CultureInfo.InvariantCulture)}: {command.Output}");
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until the program has printed a text.</summary>
    public async Task WaitForOutputAsync(string text)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited)
            {
                await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Contains(text, Output, StringComparison.Ordinal);
                return;
            }

            await _changed.WaitAsync(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks the program to end, as a platform does, and waits for it.</summary>
    public async Task<int> TerminateAsync()
    {
        await RunAsync("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)], "/");
        return await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _changed.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        _changed.Release();
    }
}
