namespace Flipr.Probe;

/// <summary>How a stage ended.</summary>
internal enum Outcome
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>It works, and something about it will not for long or not for everybody.</summary>
    Warned,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>Not looked at, or not offered by the server: no fault.</summary>
    Skipped,
}
