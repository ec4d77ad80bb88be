namespace Flipr.Probe;

/// <summary>Ends a stage from within what it calls, with what was found there.</summary>
internal sealed class FindingException(Finding finding) : Exception(finding.Summary)
{
    public Finding Finding { get; } = finding;
}
