using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Flipr.EndToEnd.Tests.Support;

/// <summary>A program that a test started: what it prints is kept for the failure message, and it ends with the test.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Found)> _searches = [];
    private readonly Action<string>? _onLine;

    private ChildProcess(Process process, Action<string>? onLine)
    {
        _process = process;
        _onLine = onLine;
    }

    /// <summary>What the program printed last, stdout and stderr together.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines.TakeLast(60));
            }
        }
    }

    public StreamWriter Input => _process.StandardInput;

    /// <param name="file">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables to set; null removes one.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="onLine">Takes the lines of stdout, which then are not kept.</param>
    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null, Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, onLine);
        process.OutputDataReceived += (_, line) => child.OnLine(line.Data, isOutput: true);
        process.ErrorDataReceived += (_, line) => child.OnLine(line.Data, isOutput: false);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for a line of the output, also one that was already printed.</summary>
    public async Task<Match> WaitForLineAsync(Regex pattern)
    {
        var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
        {
            if (_lines.Select(line => pattern.Match(line)).FirstOrDefault(match => match.Success) is { } match)
            {
                return match;
            }

            _searches.Add((pattern, found));
        }

        Task ended = _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Task.WhenAny(found.Task, ended).Within(() => $"a line like '{pattern}' from process {_process.Id}. It printed:\n{Output}");
        return found.Task.IsCompleted
            ? await found.Task
            : throw new InvalidOperationException($"The process ended with code {_process.ExitCode} before it printed a line like '{pattern}'. It printed:\n{Output}");
    }

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).Within(() => $"process {_process.Id} to end. It printed:\n{Output}");
        return _process.ExitCode;
    }

    /// <summary>Asks the program to end, as a platform does on a deploy (SIGTERM), and waits until it did.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        return await WaitForExitAsync();
    }

    /// <summary>Ends the program without a warning, as a crash does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private void OnLine(string? line, bool isOutput)
    {
        if (line is null)
        {
            return;
        }

        if (isOutput && _onLine is not null)
        {
            _onLine(line);
            return;
        }

        lock (_lines)
        {
            _lines.Add(line);
            _searches.RemoveAll(search => search.Pattern.Match(line) is { Success: true } match && search.Found.TrySetResult(match));
        }
    }
}
