namespace Flipr.Probe;

/// <summary>The command line cannot be understood; the message says which part, and the expected form.</summary>
internal sealed class UsageException(string message) : Exception(message);
