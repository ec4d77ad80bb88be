namespace Flipr.Probe;

/// <summary>What a stage found.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Summary">What was seen, in one line.</param>
internal sealed record Finding(Outcome Outcome, string Summary)
{
    /// <summary>The fault's stable name, for programs; see docs/probe.md.</summary>
    public string? Fault { get; init; }

    /// <summary>What most likely lies behind it.</summary>
    public string? Cause { get; init; }

    /// <summary>What to change.</summary>
    public string? Remedy { get; init; }

    /// <summary>Whether the stages after it have nothing to work with.</summary>
    public bool EndsTheRun { get; init; }

    /// <summary>The same, and the stages after it have nothing to work with.</summary>
    public Finding AndEnd() => this with { EndsTheRun = true };

    public static Finding Passed(string summary) => new(Outcome.Passed, summary);

    public static Finding Skipped(string reason) => new(Outcome.Skipped, reason);

    public static Finding Warned(string fault, string summary, string cause, string remedy) =>
        new(Outcome.Warned, summary) { Fault = fault, Cause = cause, Remedy = remedy };

    public static Finding Failed(string fault, string summary, string cause, string remedy) =>
        new(Outcome.Failed, summary) { Fault = fault, Cause = cause, Remedy = remedy };
}
