using System.Globalization;
using Flipr.Probe.Stages;

namespace Flipr.Probe.Reports;

/// <summary>Lines for people, each as soon as its stage has ended.</summary>
/// <param name="output">Where they go.</param>
/// <param name="isTerminal">Whether somebody watches: then the stage that runs is shown, and outcomes have colours.</param>
/// <param name="hasColors">Whether they may.</param>
internal sealed class TerminalReport(TextWriter output, bool isTerminal, bool hasColors) : IReport
{
    private const string Indent = "                                      ";

    private readonly List<string> _skipped = [];
    private readonly List<string> _allSkipped = [];
    private string? _reason;

    public void Begin(ProbeOptions options)
    {
        string origin = options.Origin is null ? "" : $", origin {options.Origin}";
        output.WriteLine($"flipr-probe {ProbeVersion.Text}: {options.Endpoint}, namespace {options.Namespace}{origin}{(options.Insecure ? ", whatever the certificate" : "")}");
        output.WriteLine();
    }

    public void Begin(IStage stage)
    {
        if (isTerminal)
        {
            output.Write($"  ...      {stage.Title}");
        }
    }

    public void End(IStage stage, Finding finding, TimeSpan took)
    {
        if (isTerminal)
        {
            output.Write("\r\u001b[K");
        }

        if (finding.Outcome == Outcome.Skipped)
        {
            _allSkipped.Add(stage.Title);
        }

        // What one failure leaves to the stages after it is one line.
        if (finding.Outcome == Outcome.Skipped && (_reason is null || _reason == finding.Summary))
        {
            _reason = finding.Summary;
            _skipped.Add(stage.Title);
            return;
        }

        WriteSkipped();
        if (finding.Outcome == Outcome.Skipped)
        {
            _reason = finding.Summary;
            _skipped.Add(stage.Title);
            return;
        }

        string time = string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0} ms");
        output.WriteLine($"  {Word(finding.Outcome)}{stage.Title,-18}{time,9}  {finding.Summary}");
        if (finding.Cause is not null)
        {
            output.WriteLine($"{Indent}  cause:  {finding.Cause}");
            output.WriteLine($"{Indent}  remedy: {finding.Remedy}");
        }
    }

    public void End(ClientVerdict[] clients, int exitCode)
    {
        WriteSkipped();
        output.WriteLine();
        output.WriteLine("Would socket.io-client 4 connect, by its option transports?");
        foreach (ClientVerdict client in clients)
        {
            output.WriteLine($"  {client.Transports,-26}{client.Reason}");
        }

        output.WriteLine();
        output.WriteLine(exitCode == 0 ? Success : string.Create(CultureInfo.InvariantCulture, $"Exit code {exitCode}."));
    }

    private string Success => _allSkipped.Count == 0 ? "Every stage passed." : $"Every stage that ran passed; skipped: {string.Join(", ", _allSkipped)}.";

    private void WriteSkipped()
    {
        if (_reason is not null)
        {
            output.WriteLine(_skipped.Count == 1
                ? $"  {Word(Outcome.Skipped)}{_skipped[0],-18}{"",9}  {_reason}"
                : $"  {Word(Outcome.Skipped)}{string.Join(", ", _skipped)}: {_reason}");
            _reason = null;
            _skipped.Clear();
        }
    }

    private string Word(Outcome outcome)
    {
        (string word, int color) = outcome switch
        {
            Outcome.Passed => ("ok", 32),
            Outcome.Warned => ("warning", 33),
            Outcome.Failed => ("FAILED", 31),
            _ => ("skipped", 90),
        };
        return hasColors ? string.Create(CultureInfo.InvariantCulture, $"\u001b[{color}m{word,-9}\u001b[0m") : $"{word,-9}";
    }
}
