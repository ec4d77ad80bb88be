namespace Flipr.Probe.Stages;

/// <summary>One step of the diagnosis.</summary>
internal interface IStage
{
    /// <summary>Its stable name, for programs.</summary>
    string Id { get; }

    /// <summary>Its name for people.</summary>
    string Title { get; }

    /// <summary>The program's exit code where this is the first stage that fails.</summary>
    int ExitCode { get; }

    /// <summary>Looks.</summary>
    /// <exception cref="Exception">Of the network's: <see cref="Diagnosis.OfException"/> knows what it means.</exception>
    Task<Finding> RunAsync(ProbeContext context, CancellationToken cancellationToken);
}
