using System.Diagnostics;
using System.Text;

namespace Flipr.Api.Faults;

/// <summary>Runs programs of the machine to their end.</summary>
internal static class Programs
{
    /// <summary>Runs a program and waits; what it prints is in the message when it fails.</summary>
    /// <exception cref="InvalidOperationException">It ended with another code than 0.</exception>
    public static async Task RunAsync(string file, params IEnumerable<string> arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" },
        };
        var printed = new StringBuilder();
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // Not until its output ends: pg_ctl leaves a server behind that has inherited it.
        while (!process.HasExited)
        {
            await Task.Delay(10);
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{printed}");
        }

        void Add(string? line)
        {
            lock (printed)
            {
                printed.AppendLine(line);
            }
        }
    }
}
