using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Flipr.Testing;

/// <summary>A program that a test started and ends, by its id; what it prints is kept.</summary>
public sealed class Command : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly SemaphoreSlim _changed = new(0);

    private Command(Process process) => _process = process;

    /// <summary>The <c>dotnet</c> that runs this, or the one on the path.</summary>
    public static string Dotnet => Environment.ProcessPath is { } self && Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it printed, stdout and stderr together.</summary>
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

    /// <summary>Starts a program.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="workingFolder">Where it runs.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
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
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, string workingFolder)
    {
        await using Command command = Start(program, arguments, workingFolder);
        int exitCode = await command.WaitForExitAsync();
        return exitCode == 0 ? command.Output : throw new InvalidOperationException($"{program} ended with {exitCode.ToString(CultureInfo.InvariantCulture)}: {command.Output}");
    }

    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    /// <summary>Waits until the program has printed a text.</summary>
    /// <exception cref="InvalidOperationException">It ended without.</exception>
    public async Task WaitForOutputAsync(string text, CancellationToken cancellationToken = default)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited)
            {
                await _process.WaitForExitAsync(cancellationToken); // Until its output has ended too.
                if (Output.Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                throw new InvalidOperationException(
                    $"The program ended with {_process.ExitCode.ToString(CultureInfo.InvariantCulture)} before it printed '{text}'. It printed:\n{Output}");
            }

            await _changed.WaitAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }

    /// <summary>Asks the program to end, as a platform does, and waits for it.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken = default)
    {
        await RunAsync("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)], "/");
        return await WaitForExitAsync(cancellationToken);
    }

    /// <summary>Ends it without a warning, as a crash or a machine's end does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
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
